//! What one operation costs: its value, forward (`Dual`), recorded and swept (`Node`), for every row with one operand and
//! the arithmetic, and how that scales with the number of tangents. `cargo bench --bench op -- exp` shows some of them.

use backprop::{Dual, Elementary, Node};
use divan::{Bencher, black_box};

fn main() {
    divan::main();
}

macro_rules! rows { ($($f:ident at $x:expr;)*) => { $(
    mod $f {
        use super::*;
        #[divan::bench]
        fn value(bencher: Bencher) {
            bencher.bench_local(|| Elementary::$f(&black_box($x)));
        }
        #[divan::bench]
        fn dual(bencher: Bencher) {
            bencher.bench_local(|| black_box(Dual::variable($x)).$f());
        }
        #[divan::bench]
        fn node(bencher: Bencher) {
            let x = Node::leaf($x);
            bencher.bench_local(|| x.$f().backward());
        }
    }
)* } }
rows! {
    recip at 0.7; square at 0.7; sqrt at 0.7; cbrt at 0.7; exp at 0.7; exp2 at 0.7; exp_m1 at 0.7; ln at 0.7; log2 at 0.7;
    log10 at 0.7; ln_1p at 0.7; sin at 0.7; cos at 0.7; tan at 0.7; asin at 0.7; acos at 0.7; atan at 0.7; sinh at 0.7;
    cosh at 0.7; tanh at 0.7; asinh at 0.7; acosh at 1.7; atanh at 0.7; sigmoid at 0.7; softplus at 0.7; relu at 0.7;
    abs at 0.7; floor at 0.7; fract at 0.7;
}

#[divan::bench(consts = [1, 2, 4, 8, 10, 16, 32])]
fn dual_multiply_add<const N: usize>(bencher: Bencher) {
    let (a, b) = (Dual::<f64, N>::seeded(0.999, 0), Dual::<f64, N>::seeded(0.001, N - 1));
    let mut x = Dual::constant(0.5);
    bencher.bench_local(move || {
        x = black_box(x) * a + b;
    });
}

#[divan::bench(consts = [1, 2, 4, 8])]
fn node_of_dual_multiply_add<const N: usize>(bencher: Bencher) {
    let (a, b) = (Node::leaf(Dual::<f64, N>::seeded(0.999, 0)), Node::leaf(Dual::<f64, N>::seeded(0.001, N - 1)));
    bencher.bench_local(|| (&a * &b + &a).backward());
}
