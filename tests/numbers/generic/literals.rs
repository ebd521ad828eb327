//! Every number takes literals of its innermost kind: in operators on either side, in comparisons, in assignments, and in
//! the methods of several numbers. Every nesting of three levels, over `f64` and over `f32`: all forms run on numbers of two
//! levels and on arrays of plain numbers and of one level; of three levels it is enough that they compile.

use backprop::{Dual, Elementary, Jet, Node, NodeArray, Number, Op, Recorded, Var, check, grad, gradients};
use ndarray::array;

/// What is run of it.
macro_rules! once {
    (all $Type:ty) => {
        all();
    };
    (none $Type:ty) => {};
}
/// What is written with a number and literals, none of which says its type.
macro_rules! written {
    // all that can be written is what `Number` asks for; that the type of a literal is found, the rest says
    (bound $Type:ty) => {
        fn takes<S: Number<Literal>>() {}
        takes::<$Type>();
        let _ = |x: $Type| 2.0 * (x.clone() * 2.0).max(0.5) - &x / 2.0 < 1.0;
    };
    ($run:ident $Type:ty) => {{
        #[allow(dead_code, reason = "compiling it is the test")]
        fn $run() {
            let name = std::any::type_name::<$Type>();
            let x: $Type = Elementary::of(1.5);
            let right: [($Type, f64); 12] = [
                (x.clone() + 2.0, 3.5),
                (x.clone() - 2.0, -0.5),
                (x.clone() * 2.0, 3.0),
                (x.clone() / 2.0, 0.75),
                (x.clone() % 1.0, 0.5),
                (&x + 2.0, 3.5),
                (&x - 2.0, -0.5),
                (&x * 2.0, 3.0),
                (&x / 2.0, 0.75),
                (&x % 1.0, 0.5),
                (x.max(2.0).min(1.75), 1.75),
                (x.clamp(0.0, 1.0), 1.0),
            ];
            let left: [($Type, f64); 12] = [
                (2.0 + x.clone(), 3.5),
                (2.0 - x.clone(), 0.5),
                (2.0 * x.clone(), 3.0),
                (3.0 / x.clone(), 2.0),
                (4.0 % x.clone(), 1.0),
                (2.0 + &x, 3.5),
                (2.0 - &x, 0.5),
                (2.0 * &x, 3.0),
                (3.0 / &x, 2.0),
                (4.0 % &x, 1.0),
                (x.max(&x).min(x.clone()).abs_sub(0.5), 1.0),
                (x.mul_add(2.0, &x), 4.5),
            ];
            let mut z = x.clone();
            z += 1.0;
            z -= 0.5;
            z *= 3.0;
            z /= 2.0;
            z %= 2.0;
            for (number, (z, expected)) in right.iter().chain(&left).chain([&(z, 1.0)]).enumerate() {
                assert_eq!(z.to_f64_value(), *expected, "expression {number} of {name}");
            }
            // a method may follow at once, for the type is known
            assert_eq!((2.0 * &x - 3.0).exp().to_f64_value(), 1.0, "{name}");
            assert!(x < 2.0 && x > 1.0 && x <= 1.5 && x >= 1.5 && x == 1.5 && x != 1.0, "{name}");
        }
        once!($run $Type);
    }};
}
/// The same with arrays of such numbers, and in closures over their elements.
macro_rules! written_of_arrays {
    ($run:ident $Type:ty) => {{
        #[allow(dead_code, reason = "compiling it is the test")]
        fn $run() {
            let x = NodeArray::leaf(array![<$Type as Elementary>::of(1.5)]);
            let forms = [
                x.clone() + 2.0,
                &x + 2.0,
                7.0 - (x.clone() * 2.0 + 0.5),
                2.0 + x.clone(),
                2.0 + &x,
                7.0 / &x * 0.75,
                x.max(3.5),
                x.clamp(3.5, 4.0),
                x.map(|x| 2.0 * x.max(1.0) + x.clamp(0.0, 0.5)),
                x.zip_map(1.0, |x, y| (x * 2.0).max(y).min(3.0) + 0.5),
            ];
            for (number, z) in forms.iter().enumerate() {
                assert_eq!(
                    z.value()[0].to_f64_value(),
                    3.5,
                    "expression {number} of {}",
                    std::any::type_name::<$Type>()
                );
            }
        }
        once!($run $Type);
    }};
}
/// All numbers over another: what is run of them and of arrays of the other, for each further level. Of nodes there are dual
/// numbers and series only.
macro_rules! nestings {
    (copy [$T:ty] [$run:ident $of_arrays:ident] $($further:tt)*) => {
        written_of_arrays!($of_arrays $T);
        nestings!(@one $run copy [Dual<$T>] $($further)*);
        nestings!(@one $run copy [Jet<$T, 1>] $($further)*);
        nestings!(@one $run copy [Var<$T>] $($further)*);
        nestings!(@one $run shared [Node<$T>] $($further)*);
    };
    (shared [$T:ty] [$run:ident $of_arrays:ident] $($further:tt)*) => {
        nestings!(@one $run shared [Dual<$T>] $($further)*);
        nestings!(@one $run shared [Jet<$T, 1>] $($further)*);
    };
    ($kind:ident [$T:ty]) => {};
    (@one $run:ident $kind:ident [$T:ty] $($further:tt)*) => {
        {
            written!($run $T);
        }
        nestings!($kind [$T] $($further)*);
    };
}

#[test]
fn every_nesting_over_f64_takes_literals() {
    type Literal = f64;
    nestings!(copy [f64] [all all] [all none] [bound none]);
}
#[test]
fn every_nesting_over_f32_takes_literals() {
    type Literal = f32;
    nestings!(copy [f32] [all all] [all none] [bound none]);
}

/// A formula for every number, with literals in methods.
fn formula<S: Number>(x: &S, y: &S) -> S {
    2.0 * x.powf(2.5) + x.max(0.0).atan2(2.0) * y.clamp(0.0, 1.0) - x.hypot(y).min(100.0)
}
fn formula32<S: Number<f32>>(x: &S) -> S {
    x.powf(2.5).max(0.0) * 2.0
}

#[test]
fn a_formula_for_every_number_takes_literals() {
    let (x, y) = (1.5, 0.5);
    let value = 2.0 * 1.5f64.powf(2.5) + 1.5f64.atan2(2.0) * 0.5 - 1.5f64.hypot(0.5);
    let slope = 5.0 * 1.5f64.powf(1.5) + 2.0 / (1.5 * 1.5 + 4.0) * 0.5 - 1.5 / 1.5f64.hypot(0.5);
    assert_eq!(formula(&x, &y), value);
    let dual = formula(&Dual::variable(Dual::variable(x)), &Dual::constant(Dual::constant(y)));
    assert_eq!(dual.value().value(), value);
    let node = Node::leaf(x);
    formula(&node, &Node::constant(y)).backward();
    let [var] = grad(|&[x]| formula(&x, &Var::constant(y)), &[x]);
    let jet = formula(&Jet::<f64, 1>::variable(x), &Jet::constant(y)).derivative(1);
    for (mode, d) in [("dual", dual.derivative().value()), ("node", node.grad()), ("var", var), ("jet", jet)] {
        crate::generic::close(d, slope, 1e-14);
        assert!(d.is_finite(), "{mode}");
    }
    assert_eq!(formula32(&1.5_f32), 2.0 * 1.5_f32.powf(2.5));
    assert_eq!(formula32(&Dual::variable(1.5_f32)).value(), 2.0 * 1.5_f32.powf(2.5));
    assert_eq!(formula32(&Node::leaf(Dual::variable(1.5_f32))).value().value(), 2.0 * 1.5_f32.powf(2.5));
}

/// The rows of two and three numbers, with a literal and with a constant in its place.
macro_rules! twice { ($x:ident $constant:ident; $($f:ident $c:literal)*) => {
    [
        $( (stringify!($f), $x.$f($c), $x.$f($constant($c))), )*
        ("clamp", $x.clamp(-0.5, 1.0), $x.clamp($constant(-0.5), $constant(1.0))),
        ("clamp below", $x.clamp(-0.5, &$constant(1.0)), $x.clamp($constant(-0.5), $constant(1.0))),
        ("mul_add", $x.mul_add(2.0, 3.0), $x.mul_add($constant(2.0), $constant(3.0))),
    ]
};
    ($x:ident $constant:ident) => { twice!($x $constant; powf 2.5 powf 2.0 powf 0.0 powf -1.0 log 3.0 logaddexp 0.5 xlogy 2.0
        atan2 2.0 hypot 0.5 max 0.0 max 1.0 min 0.5 copysign -1.0 abs_sub 0.25 through 0.0 through 2.0 beta 2.0 ln_beta 1.5) };
}
const POINTS: [f64; 9] = [-2.7, -0.0, 0.0, 1e-3, 0.5, 1.0, 3.4, f64::INFINITY, f64::NAN];

#[test]
fn a_literal_is_what_a_constant_is() {
    fn same(of: &str, x: f64, a: f64, b: f64) {
        assert!(a == b || a.is_nan() && b.is_nan(), "{of} at {x}: {a} with a literal, {b} with a constant");
    }
    for point in POINTS {
        let (x, constant) = (Dual::variable(Dual::variable(point)), Dual::<Dual>::of);
        for (f, a, b) in twice!(x constant) {
            same(f, point, a.value().value(), b.value().value());
            same(f, point, a.derivative().value(), b.derivative().value());
            same(f, point, a.derivative().derivative(), b.derivative().derivative());
        }
        let (x, constant) = (Jet::<f64, 3>::variable(point), Jet::<f64, 3>::of);
        for (f, a, b) in twice!(x constant) {
            (0..=3).for_each(|k| same(f, point, a.coefficient(k), b.coefficient(k)));
        }
        let (x, constant) = (Node::leaf(point), Node::constant);
        for (f, a, b) in twice!(x constant) {
            same(f, point, a.value(), b.value());
            let [slope, expected] = [a, b].map(|z| gradients(&z, &x));
            same(f, point, slope.value(), expected.value());
            let [second, expected] = [slope, expected].map(|slope| gradients(&slope, &x).value());
            same(f, point, second, expected);
        }
        let of_var = |f: fn(Var) -> Var| grad(|&[x]| f(x), &[point])[0];
        same("powf", point, of_var(|x| x.powf(2.5)), of_var(|x| x.powf(Var::constant(2.5))));
        same("max", point, of_var(|x| x.max(0.0)), of_var(|x| x.max(Var::constant(0.0))));
        same("clamp", point, of_var(|x| x.clamp(-0.5, 1.0)), of_var(|x| x.clamp(Var::of(-0.5), Var::of(1.0))));
    }
}

#[test]
fn a_literal_is_no_variable() {
    let x = Node::leaf(2.0);
    let y = x.powf(2.5);
    assert_eq!(y.operation(), Some(Recorded::Row(Op::Powf)));
    let operands = y.operands();
    assert!(operands.len() == 2 && operands[1].is_constant() && operands[1].value() == 2.5);
    assert!(x.clamp(0.0, 1.0).operands()[1..].iter().all(Node::is_constant));
    // of constants alone: a constant
    let c = Node::constant(2.0);
    assert!(c.powf(2.5).is_constant() && c.max(0.0).is_constant() && c.clamp(0.0, 1.0).is_constant());
    let c = Var::constant(2.0);
    assert!(c.powf(2.5).is_constant() && c.clamp(0.0, 1.0).is_constant());
    let _ = grad(
        |&[x]| {
            assert!(!x.powf(2.5).is_constant() && !x.clamp(0.0, 1.0).is_constant());
            x
        },
        &[2.0],
    );
    // the derivatives are right: against differences
    check::gradient(|x: &[Node<f64>]| x[0].powf(2.5) * x[1].max(0.0).atan2(2.0) + x[0].clamp(0.0, 10.0), &[1.2, 0.7])
        .assert();
}

#[test]
#[allow(clippy::needless_borrows_for_generic_args, reason = "that is what is tested")]
fn arguments_by_mutable_reference() {
    let (x, mut y) = (Dual::variable(1.0), Dual::constant(2.0));
    assert_eq!(x.max(&mut y), 2.0);
    assert_eq!(x.hypot(&mut y), 5f64.sqrt());
}
