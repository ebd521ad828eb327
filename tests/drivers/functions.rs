//! Published test functions, with gradients and Hessians from symbolic differentiation.

use backprop::{Dual, Node, Number, Var, forward, grad, gradients, hessian, jacobian, value_and_grad};

/// A function for every number.
trait Function {
    fn at<S: Number>(&self, x: &[S]) -> S;
}

/// Value, gradient and Hessian in every mode, against the reference: the number of arguments, the arguments, and what
/// comes out.
fn check(name: &str, f: &impl Function, numbers: &[f64]) {
    let (n, numbers) = (numbers[0] as usize, &numbers[1..]);
    let (x, numbers) = numbers.split_at(n);
    let (value, numbers) = (numbers[0], &numbers[1..]);
    let (slopes, seconds) = numbers.split_at(n);
    let largest = |numbers: &[f64]| numbers.iter().fold(0.0_f64, |m, x| m.max(x.abs()));
    let near = |what: &str, found: &[f64], expected: &[f64]| {
        assert_eq!(found.len(), expected.len());
        for (a, b) in found.iter().zip(expected) {
            // sums of squares cancel: rounding errors are those of the largest
            assert!((a - b).abs() <= 1e-13 * largest(expected), "{name}, {what}: {found:?} instead of {expected:?}");
        }
    };
    near("value", &[f.at(x)], &[value]);
    let (found, gradient) = value_and_grad(|x: &[Var]| f.at(x), x);
    assert_eq!(found, f.at(x), "{name}");
    near("Var", &gradient, slopes);
    near("Dual", &forward::grad::<3, _>(|x: &[Dual<f64, 3>]| f.at(x), x), slopes);
    near("Hessian", hessian(|x: &[Var<Dual<f64, 4>>]| f.at(x), x).as_slice().expect("rows"), seconds);
    let leaves: Vec<Node<f64>> = x.iter().map(|&x| Node::leaf(x)).collect();
    let slopes_of_nodes = gradients(&f.at(&leaves), &leaves);
    near("gradients", &slopes_of_nodes.iter().map(Node::value).collect::<Vec<f64>>(), slopes);
    let rows = slopes_of_nodes.iter().flat_map(|slope| gradients(slope, &leaves)).map(|h| h.value());
    near("gradients of gradients", &rows.collect::<Vec<f64>>(), seconds);
}

macro_rules! functions { ($($(#[$doc:meta])* $Name:ident |$x:ident| $body:expr;)*) => { $(
    $(#[$doc])*
    struct $Name;
    impl Function for $Name {
        fn at<S: Number>(&self, $x: &[S]) -> S { $body }
    }
)* } }
/// The sum of squares.
fn squares<S: Number>(residuals: impl IntoIterator<Item = S>) -> S {
    residuals.into_iter().map(|r| r.square()).sum()
}
// Moré, Garbow & Hillstrom, Testing Unconstrained Optimization Software (1981), by their numbers; then others
functions! {
    /// 1.
    Rosenbrock |x| squares([10.0 * (&x[1] - x[0].square()), 1.0 - &x[0]]);
    /// 2.
    FreudensteinRoth |x| squares([
        &x[0] - 13.0 + ((5.0 - &x[1]) * &x[1] - 2.0) * &x[1],
        &x[0] - 29.0 + ((&x[1] + 1.0) * &x[1] - 14.0) * &x[1],
    ]);
    /// 3.
    PowellBadlyScaled |x| squares([1e4 * &x[0] * &x[1] - 1.0, (-&x[0]).exp() + (-&x[1]).exp() - 1.0001]);
    /// 4.
    BrownBadlyScaled |x| squares([&x[0] - 1e6, &x[1] - 2e-6, &x[0] * &x[1] - 2.0]);
    /// 5.
    Beale |x| squares([1.5, 2.25, 2.625].iter().zip(1..).map(|(&y, i)| y - &x[0] * (1.0 - x[1].powi(i))));
    /// 6.
    JennrichSampson |x| squares((1..=10).map(|i| 2.0 + 2.0 * f64::from(i) - ((f64::from(i) * &x[0]).exp() + (f64::from(i) * &x[1]).exp())));
    /// 7, with the angle from atan2.
    HelicalValley |x| {
        let theta = x[1].atan2(&x[0]) / (2.0 * std::f64::consts::PI);
        squares([10.0 * (&x[2] - 10.0 * theta), 10.0 * (x[0].hypot(&x[1]) - 1.0), x[2].clone()])
    };
    /// 8.
    Bard |x| {
        const Y: [f64; 15] = [0.14, 0.18, 0.22, 0.25, 0.29, 0.32, 0.35, 0.39, 0.37, 0.58, 0.73, 0.96, 1.34, 2.10, 4.39];
        squares(Y.iter().zip(1..).map(|(&y, u)| {
            let (u, v) = (f64::from(u), f64::from(16 - u));
            y - (&x[0] + u / (v * &x[1] + u.min(v) * &x[2]))
        }))
    };
    /// 9.
    Gaussian |x| {
        const Y: [f64; 15] = [0.0009, 0.0044, 0.0175, 0.0540, 0.1295, 0.2420, 0.3521, 0.3989, 0.3521, 0.2420, 0.1295, 0.0540, 0.0175, 0.0044, 0.0009];
        squares(Y.iter().zip(1..).map(|(&y, i)| {
            let t = f64::from(8 - i) / 2.0;
            &x[0] * (-(&x[1] * (t - &x[2]).square()) / 2.0).exp() - y
        }))
    };
    /// 12.
    Box3 |x| squares((1..=10).map(|i| {
        let t = 0.1 * f64::from(i);
        (-t * &x[0]).exp() - (-t * &x[1]).exp() - &x[2] * ((-t).exp() - (-10.0 * t).exp())
    }));
    /// 13.
    PowellSingular |x| squares([
        &x[0] + 10.0 * &x[1],
        5f64.sqrt() * (&x[2] - &x[3]),
        (&x[1] - 2.0 * &x[2]).square(),
        10f64.sqrt() * (&x[0] - &x[3]).square(),
    ]);
    /// 14.
    Wood |x| squares([
        10.0 * (&x[1] - x[0].square()),
        1.0 - &x[0],
        90f64.sqrt() * (&x[3] - x[2].square()),
        1.0 - &x[2],
        10f64.sqrt() * (&x[1] + &x[3] - 2.0),
        10f64.sqrt().recip() * (&x[1] - &x[3]),
    ]);
    /// 15.
    KowalikOsborne |x| {
        const Y: [f64; 11] = [0.1957, 0.1947, 0.1735, 0.1600, 0.0844, 0.0627, 0.0456, 0.0342, 0.0323, 0.0235, 0.0246];
        const U: [f64; 11] = [4.0, 2.0, 1.0, 0.5, 0.25, 0.1670, 0.1250, 0.1, 0.0833, 0.0714, 0.0625];
        squares(Y.iter().zip(U).map(|(&y, u)| y - &x[0] * (u * u + u * &x[1]) / (u * u + u * &x[2] + &x[3])))
    };
    /// 16.
    BrownDennis |x| squares((1..=20).map(|i| {
        let t = f64::from(i) / 5.0;
        (&x[0] + t * &x[1] - t.exp()).square() + (&x[2] + t.sin() * &x[3] - t.cos()).square()
    }));
    /// 18.
    BiggsExp6 |x| squares((1..=13).map(|i| {
        let t = 0.1 * f64::from(i);
        let y = (-t).exp() - 5.0 * (-10.0 * t).exp() + 3.0 * (-4.0 * t).exp();
        &x[2] * (-t * &x[0]).exp() - &x[3] * (-t * &x[1]).exp() + &x[5] * (-t * &x[4]).exp() - y
    }));
    /// 20, of six numbers.
    Watson |x| {
        let row = |i: i32| {
            let t = f64::from(i) / 29.0;
            let power = |k: usize| t.powi(k as i32);
            let slope: S = (1..6).map(|k| k as f64 * power(k - 1) * &x[k]).sum();
            let value: S = (0..6).map(|k| power(k) * &x[k]).sum();
            slope - value.square() - 1.0
        };
        squares((1..=29).map(row).chain([x[0].clone(), &x[1] - x[0].square() - 1.0]))
    };
    /// 23.
    PenaltyOne |x| squares(x.iter().map(|x| 1e-5f64.sqrt() * (x - 1.0)).chain([x.iter().map(|x| x.square()).sum::<S>() - 0.25]));
    /// 25.
    VariablyDimensioned |x| {
        let weighted: S = x.iter().zip(1..).map(|(x, k)| f64::from(k) * (x - 1.0)).sum();
        squares(x.iter().map(|x| x - 1.0).chain([weighted.clone(), weighted.square()]))
    };
    /// 26.
    Trigonometric |x| {
        let n = x.len() as f64;
        let cosines: S = x.iter().map(|x| x.cos()).sum();
        squares(x.iter().zip(1..).map(|(x, i)| n - &cosines + f64::from(i) * (1.0 - x.cos()) - x.sin()))
    };
    /// 30.
    BroydenTridiagonal |x| squares((0..x.len()).map(|i| {
        let mut r = (3.0 - 2.0 * &x[i]) * &x[i] + 1.0;
        if i > 0 { r -= &x[i - 1]; }
        if i + 1 < x.len() { r -= 2.0 * &x[i + 1]; }
        r
    }));
    /// Himmelblau (1972).
    Himmelblau |x| squares([x[0].square() + &x[1] - 11.0, &x[0] + x[1].square() - 7.0]);
    /// Ackley (1987), away from its kink.
    Ackley |x| {
        let n = x.len() as f64;
        let r = (x.iter().map(|x| x.square()).sum::<S>() / n).sqrt();
        let c = x.iter().map(|x| (2.0 * std::f64::consts::PI * x).cos()).sum::<S>() / n;
        -20.0 * (-0.2 * r).exp() - c.exp() + 20.0 + std::f64::consts::E
    };
    /// Griewank (1981).
    Griewank |x| {
        let squares: S = x.iter().map(|x| x.square()).sum();
        let cosines: S = x.iter().zip(1..).map(|(x, i)| (x / f64::from(i).sqrt()).cos()).product();
        squares / 4000.0 - cosines + 1.0
    };
    /// Rastrigin (1974).
    Rastrigin |x| x.iter().map(|x| x.square() - 10.0 * (2.0 * std::f64::consts::PI * x).cos() + 10.0).sum();
}

/// At the points of `tests/reference/functions.tsv`, whose values were differentiated symbolically.
#[test]
fn published_functions() {
    let table = include_str!("../reference/functions.tsv");
    let mut rows = table.lines().map(|line| {
        let (name, numbers) = line.split_once('\t').expect("a name");
        (name, numbers.split('\t').map(|number| number.parse().expect("a number")).collect::<Vec<f64>>())
    });
    macro_rules! check_all { ($($Name:ident)*) => { $(
        let (name, numbers) = rows.next().expect("a line for each function");
        assert_eq!(name, stringify!($Name));
        check(name, &$Name, &numbers);
    )* } }
    check_all!(Rosenbrock FreudensteinRoth PowellBadlyScaled BrownBadlyScaled Beale JennrichSampson HelicalValley Bard
        Gaussian Box3 PowellSingular Wood KowalikOsborne BrownDennis BiggsExp6 Watson PenaltyOne VariablyDimensioned
        Trigonometric BroydenTridiagonal Himmelblau Ackley Griewank Rastrigin);
    assert!(rows.next().is_none());
}

/// More outputs than passes: the Jacobian is made forward through the tape, and is what sweeps would give.
#[test]
fn jacobians_of_many_outputs_and_few_inputs() {
    fn outputs<S: num_traits::Float>(x: &[S], count: usize) -> Vec<S> {
        let shared = x.iter().fold(S::one(), |product, &x| product * x.sin());
        (0..count)
            .map(|k| match k % 4 {
                0 => x[k % x.len()] * shared,
                1 => (x[k % x.len()] - shared).exp() / x[0],
                2 => S::from(k).unwrap(),
                _ => x[k % x.len()],
            })
            .collect()
    }
    for n in [1, 2, 7, 8, 9, 17] {
        let x: Vec<f64> = (0..n).map(|k| 0.7 + 0.1 * f64::from(k)).collect();
        for count in [3, 4, 10, 40] {
            let found = jacobian(|x| outputs(x, count), &x);
            let wanted = forward::jacobian::<4, _, _>(|x| outputs(x, count), &x);
            let apart = (&found - &wanted).iter().fold(0.0_f64, |apart, d| apart.max(d.abs()));
            assert!(apart < 1e-14, "{n} inputs, {count} outputs: {apart}");
            // and row by row
            for k in 0..count {
                let row = grad(|x| outputs(x, count)[k], &x);
                let apart = found.row(k).iter().zip(&row).fold(0.0_f64, |apart, (a, b)| apart.max((a - b).abs()));
                assert!(apart < 1e-14, "row {k} of {count}");
            }
            let mut written = ndarray::Array2::from_elem((count, x.len()), f64::NAN);
            let mut workspace = backprop::Workspace::new();
            for _ in 0..2 {
                let write = |x: &[Var], y: &mut [Var]| y.copy_from_slice(&outputs(x, count));
                backprop::jacobian_with(&mut workspace, write, &x, &mut written);
                assert_eq!(written, found);
            }
        }
    }
    // what a sweep after it finds is zero
    assert_eq!(grad(|&[x, y]| x * y, &[2.0, 3.0]), [3.0, 2.0]);
}
