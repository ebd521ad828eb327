//! Buffers of another size than the point, orders and places that are not there: the words, and the user's file.

use crate::panics::panic_of;
use backprop::{
    Jet, SecondWorkspace, Workspace, hessian, hessian_with, hvp_with, jacobian_with, mixed_partial, taylor_along,
};
use ndarray::Array2;

#[test]
fn every_size_is_named() {
    let x = [1.0, 2.0];
    for (says, (message, file, _)) in [
        (
            "as long as the point, 2, not [1, 2, 2]",
            panic_of(|| {
                let (mut gradient, mut product) = ([0.0; 2], [0.0; 2]);
                hvp_with(&mut SecondWorkspace::new(), |x| x[0], &x, &[1.0], &mut gradient, &mut product)
            }),
        ),
        (
            "as large as the point, 2, not 2 and (2, 3)",
            panic_of(|| {
                hessian_with(&mut SecondWorkspace::new(), |x| x[0], &x, &mut [0.0; 2], &mut Array2::zeros((2, 3)))
            }),
        ),
        (
            "rows of 2 numbers, one after the other, not 3",
            panic_of(|| jacobian_with(&mut Workspace::new(), |x, y| y[0] = x[0], &x, &mut Array2::zeros((1, 3)))),
        ),
        ("no number 2 at a point of 2", panic_of(|| mixed_partial(|&[x, y]| x * y, &x, [0, 2]))),
        ("as the point, 2, not 1", panic_of(|| taylor_along::<2, _>(|x| x[0], &x[..], &[1.0][..]))),
        ("order 3 in a series to order 2", panic_of(|| Jet::<f64, 2>::variable(1.0).coefficient(3))),
    ] {
        assert!(message.contains(says), "{message}");
        if !says.starts_with("order") {
            assert!(file.ends_with("misuse/sizes.rs"), "{file}: {message}");
        }
    }
    // and the next call is right
    assert_eq!(hessian(|&[x, y]| x * x * y, &x), ndarray::array![[4.0, 2.0], [2.0, 0.0]]);
}
