//! ad_trait: a tape of the thread's, kept and cleared; every sweep allocates its adjoints. Duals with `N` tangents.

use super::contender::Contender;
use super::formulas::{CAMERA, Formula, Number, camera};
use ad_trait::forward_ad::adfn::adfn;
use ad_trait::reverse_ad::adr::{GlobalComputationGraph, adr};
use ad_trait::{AD, F64};
use std::hint::black_box;

/// Only where a number is known by its trait alone are `sin` and so on the library's and nobody else's.
macro_rules! functions { ($($name:ident $theirs:ident;)*) => { $(
    #[inline(always)]
    fn $name<N: AD>(x: N) -> N {
        x.$theirs()
    }
)* } }
functions! { sine sin; cosine cos; exponential exp; logarithm ln; root sqrt; inverse recip; }

macro_rules! numbers { ($([$($generics:tt)*] $Type:ty;)*) => { $(
    impl<$($generics)*> Number for $Type {
        #[inline(always)]
        fn plus(self, c: f64) -> Self {
            self + F64(c)
        }
        #[inline(always)]
        fn below(self, c: f64) -> Self {
            AD::sub_l_scalar(c, self)
        }
        #[inline(always)]
        fn times(self, c: f64) -> Self {
            self * F64(c)
        }
        numbers!(@ inverse sine cosine exponential logarithm root);
    }
)* };
(@ $($name:ident)*) => { $(
    #[inline(always)]
    fn $name(self) -> Self {
        $name(self)
    }
)* } }
numbers! { [] adr; [const N: usize] adfn<N>; }

pub fn eager<F: Formula>(f: F, xs: &[f64]) -> Contender {
    let xs = xs.to_vec();
    Contender::new("ad_trait", move |out| {
        GlobalComputationGraph::get().reset();
        let xs: Vec<adr> = black_box(&xs).iter().map(|&x| adr::new_variable(x, false)).collect();
        let y = f.of(&xs);
        let adjoints = y.get_backwards_mode_grad();
        out.clear();
        out.extend(xs.iter().map(|x| adjoints.wrt(x)));
        y.value()
    })
}

fn seeded<const N: usize>(xs: &[f64; N]) -> [adfn<N>; N] {
    std::array::from_fn(|k| adfn::new(xs[k], std::array::from_fn(|j| f64::from(u8::from(j == k)))))
}

pub fn forward<F: Formula, const N: usize>(f: F, xs: [f64; N]) -> Contender {
    Contender::new("ad_trait adfn", move |out| {
        let y = f.of(&seeded(black_box(&xs)));
        out.clear();
        out.extend(y.tangent());
        y.value()
    })
}

pub fn jacobian() -> Contender {
    Contender::new("ad_trait adfn", |out| {
        let [u, v] = camera(&seeded(black_box(&CAMERA)));
        out.clear();
        out.extend(u.tangent());
        out.extend(v.tangent());
        u.value() + v.value()
    })
}
