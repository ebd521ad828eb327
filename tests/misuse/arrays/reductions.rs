//! Every reduction along an axis that is not there, and everything else of arrays that can be asked for in vain.

use super::{Graph, alone};
use crate::panics::panic_of;
use backprop::{NodeArray, Op};
use ndarray::{Axis, array};

#[test]
fn reductions_along_an_axis_that_is_not_there() {
    alone(|| {
        let g = Graph::new();
        let expected = g.swept();
        macro_rules! reductions { ($($name:ident($($argument:expr)?);)*) => { $(
            let (name, (message, file, _)) = (stringify!($name), panic_of(|| g.w.$name(Axis(7), $($argument)?)));
            {
                assert!(message.starts_with(name) && message.contains("below 2") && message.ends_with("axis 7"), "{message}");
                assert!(file.ends_with("arrays/reductions.rs"), "{name}: {file}");
            }
        )* } }
        reductions! {
            sum_axis(); sum_keep(); mean_axis(); mean_keep();
            prod_axis(); prod_keep(); max_axis(); max_keep();
            min_axis(); min_keep(); var_axis(0.0); var_keep(0.0);
            std_axis(0.0); std_keep(0.0); logsumexp_axis(); logsumexp_keep();
            norm_axis(); norm_keep(); norm_l1_axis(); norm_l1_keep();
            norm_max_axis(); norm_max_keep();
        }
        assert_eq!(g.swept(), expected);
    });
}

#[test]
fn what_else_is_asked_for_in_vain() {
    alone(|| {
        let g = Graph::new();
        let expected = g.swept();
        let w = &g.w;
        for (name, says, (message, file, _)) in [
            ("softmax", "axis 2", panic_of(|| w.softmax(Axis(2)))),
            ("log_softmax", "axis 2", panic_of(|| w.log_softmax(Axis(2)))),
            ("cross_entropy", "2 rows, not 1", panic_of(|| w.cross_entropy(&[0]))),
            ("cross_entropy", "below 3, not 3", panic_of(|| w.cross_entropy(&[0, 3]))),
            ("mse", "[2, 3]", panic_of(|| w.mse(array![[1.0], [2.0]]))),
            ("min_all", "at least one element", panic_of(|| NodeArray::<f64, _>::leaf(array![[]]).min_all())),
        ] {
            assert!(message.contains(name) && message.contains(says), "{name}: {message}");
            assert!(file.ends_with("arrays/reductions.rs"), "{name}: {file}");
        }
        // where the reduction of nothing is a number
        let none = NodeArray::<f64, _>::leaf(array![[]]);
        assert_eq!((none.norm_l1().value(), none.sum().value(), none.prod().value()), (0.0, 0.0, 1.0));
        assert!(w.try_ternary(Op::Exp, 1.0, 2.0).is_err());
        assert!(w.try_where(&array![true, false], 0.0).is_err());
        assert_eq!(g.swept(), expected);
    });
}
