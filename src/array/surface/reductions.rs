//! Reductions, by name: of the whole array to a number of the graph, or along an axis.

use crate::array::data::lanes::{Along, count, kept, lanes};
use crate::array::data::shapes::possible;
use crate::array::record::{lower, record};
use crate::array::rule::elementwise::{two, unary};
use crate::array::rule::linear::Linear;
use crate::array::rule::moves::reshape;
use crate::array::rule::reduce::{Extreme, LogSumExp, Product, RunningSum, norm, sum, sum_keep};
use crate::array::rule::rim::{Range, is_finite, multiple};
use crate::error::{Error, accept};
use crate::graph::anomaly;
use crate::graph::array::{NodeArray, NodeArrayD, Values};
use crate::graph::handle::Node;
use crate::number::Float;
use crate::rule::{Fold, Op};
use ndarray::{Array, Axis, Dimension, IxDyn, RemoveAxis};
use std::panic::Location;

/// What is reduced to.
#[derive(Clone, Copy)]
enum To {
    Sum,
    Mean,
    Product,
    Max,
    Min,
    Variance(f64),
    Deviation(f64),
    LogSumExp,
    Norm,
    NormOne,
    NormMax,
}
impl To {
    /// # Errors
    /// [`Error::Axis`] if there is no such axis, [`Error::Shape`] for what has no value of no elements, [`Error::Range`] for
    /// a correction that leaves nothing.
    fn check(self, operation: &'static str, shape: &IxDyn, along: Along) -> Result<(), Error> {
        if let Some(axis) = along
            && axis >= shape.ndim()
        {
            return Err(Error::Axis { operation, axis, rank: shape.ndim() });
        }
        possible(operation, kept(shape, along).slice())?;
        let n = count(shape, along);
        let has_none = matches!(self, To::Mean | To::Max | To::Min | To::Variance(_) | To::Deviation(_) | To::NormMax);
        if n == 0 && has_none {
            let wanted = "at least one element to reduce";
            return Err(Error::Shape { operation, shape: shape.slice().to_vec(), wanted });
        }
        if let To::Variance(ddof) | To::Deviation(ddof) = self
            && !(0.0..n as f64).contains(&ddof)
        {
            let wanted = "ddof of at least 0 and below the number of elements";
            return Err(Error::Range { operation, value: ddof, wanted });
        }
        Ok(())
    }

    /// The reduction, its axes kept at length 1.
    #[track_caller]
    fn keep<T: Float>(self, x: &NodeArrayD<T>, along: Along) -> NodeArrayD<T> {
        // closures do not know their caller's line
        anomaly::recording_for(Location::caller(), || self.keep_of(x, along))
    }
    fn keep_of<T: Float>(self, x: &NodeArrayD<T>, along: Along) -> NodeArrayD<T> {
        let n = count(x.body().shape(), along) as f64;
        let number = |number: f64| NodeArray::constant_of(Values::scalar(T::of(number)));
        let reduce = |fold: Fold| lanes(&x.body().look(), along, |lane| T::fold(fold, lane, &[]));
        match self {
            To::Sum => sum_keep(x, along),
            To::Mean => {
                let mean = |x: &NodeArrayD<T>| two(Op::Div, &sum_keep(x, along), &number(n));
                let plain = mean(x);
                match beyond(x, along, &plain, Range::Sums) {
                    Some([multiple, undo]) => two(Op::Div, &mean(&multiple), &undo),
                    None => plain,
                }
            }
            To::Product => record(Product { along }, [x], reduce(Fold::Product)),
            To::Max | To::Min => {
                let rule = Extreme { along, largest: matches!(self, To::Max) };
                let values = reduce(rule.fold());
                record(rule, [x], values)
            }
            To::Variance(ddof) => {
                let squares = |x: &NodeArrayD<T>| sum_keep(&unary(Op::Square, 0, &apart(x, along)), along);
                let variance = |x: &NodeArrayD<T>| two(Op::Div, &squares(x), &number(n - ddof));
                let plain = variance(x);
                match beyond(x, along, &plain, Range::Squares) {
                    Some([multiple, undo]) => two(Op::Div, &two(Op::Div, &variance(&multiple), &undo), &undo),
                    None => plain,
                }
            }
            // the root of the variance would lose what its squares lose
            To::Deviation(ddof) => {
                let root = number((n - ddof).sqrt());
                let deviation = |x: &NodeArrayD<T>| two(Op::Div, &norm(&apart(x, along), along), &root);
                match multiple(x, along, Range::Length) {
                    Some([multiple, undo]) => two(Op::Div, &deviation(&multiple), &undo),
                    None => deviation(x),
                }
            }
            To::LogSumExp => record(LogSumExp { along }, [x], reduce(Fold::LogSumExp)),
            To::Norm => norm(x, along),
            To::NormOne => sum_keep(&unary(Op::Abs, 0, x), along),
            To::NormMax => To::Max.keep(&unary(Op::Abs, 0, x), along),
        }
    }
    /// The whole array as a number.
    #[track_caller]
    fn whole<T: Float>(self, operation: &'static str, x: &NodeArrayD<T>) -> Result<Node<T>, Error> {
        self.check(operation, x.body().shape(), None)?;
        Ok(match self {
            To::Sum => sum(x),
            To::Mean => {
                let mean = sum(x) / T::of(x.len() as f64);
                if num_traits::Float::is_finite(mean.value()) { mean } else { lowered(&self.keep(x, None)) }
            }
            To::Variance(ddof) => {
                let squares = unary(Op::Square, 0, &apart(x, None));
                let variance = sum(&squares) / T::of(x.len() as f64 - ddof);
                if num_traits::Float::is_finite(variance.value()) { variance } else { lowered(&self.keep(x, None)) }
            }
            To::NormOne => sum(&unary(Op::Abs, 0, x)),
            _ => lowered(&self.keep(x, None)),
        })
    }
    #[track_caller]
    fn along<T: Float>(self, operation: &'static str, x: &NodeArrayD<T>, axis: Axis) -> Result<NodeArrayD<T>, Error> {
        self.check(operation, x.body().shape(), Some(axis.index()))?;
        let kept = self.keep(x, Some(axis.index()));
        let mut shape = kept.shape().to_vec();
        shape.remove(axis.index());
        Ok(reshape(&kept, &IxDyn(&shape)))
    }
    #[track_caller]
    fn along_keep<T: Float>(
        self,
        operation: &'static str,
        x: &NodeArrayD<T>,
        axis: Axis,
    ) -> Result<NodeArrayD<T>, Error> {
        self.check(operation, x.body().shape(), Some(axis.index()))?;
        Ok(self.keep(x, Some(axis.index())))
    }
}
/// A multiple of the lanes to begin again with, and what undoes it, if the result is not what it would be in a wider range.
#[track_caller]
fn beyond<T: Float>(
    x: &NodeArrayD<T>,
    along: Along,
    result: &NodeArrayD<T>,
    range: Range,
) -> Option<[NodeArrayD<T>; 2]> {
    if is_finite(result) { None } else { multiple(x, along, range) }
}
/// The distances from the mean.
#[track_caller]
fn apart<T: Float>(x: &NodeArrayD<T>, along: Along) -> NodeArrayD<T> {
    two(Op::Sub, x, &To::Mean.keep(x, along))
}
/// One number in an array, as a number.
#[track_caller]
fn lowered<T: Float>(x: &NodeArrayD<T>) -> Node<T> {
    lower(&reshape(x, &IxDyn(&[])))
}
macro_rules! reductions { ($(
    $(#[$doc:meta])*
    [$To:expr] $whole:ident $axis:ident $keep:ident $try_whole:ident $try_axis:ident $try_keep:ident
    ($($arg:ident: $Arg:ty = $example:literal)?) [$($error:literal)?];
)*) => {
    /// Reductions: of the whole array to a number of the graph, along an axis, or along an axis that stays at length 1.
    impl<T: Float, D: Dimension> NodeArray<T, D> { $(
        $(#[$doc])*
        ///
        /// ```
        #[doc = concat!("let x = backprop::NodeArray::leaf(ndarray::array![[1.0_f64, 2.0], [3.0, 5.0]]);\nassert!(x.", stringify!($whole), "(", $($example,)? ").value().is_finite());")]
        /// ```
        $(
        ///
        /// # Panics
        #[doc = $error]
        )?
        #[must_use]
        #[track_caller]
        pub fn $whole(&self, $($arg: $Arg)?) -> Node<T> {
            accept(self.$try_whole($($arg)?))
        }
        #[doc = concat!("[`", stringify!($whole), "`](NodeArray::", stringify!($whole), "), with an error instead of a panic.")]
        ///
        /// ```
        #[doc = concat!("let x = backprop::NodeArray::leaf(ndarray::array![1.0, 2.0]);\nassert!(x.", stringify!($try_whole), "(", $($example,)? ").is_ok());")]
        /// ```
        ///
        /// # Errors
        /// If the whole cannot be reduced: see there. What can always be done gives no error.
        #[track_caller]
        pub fn $try_whole(&self, $($arg: $Arg)?) -> Result<Node<T>, Error> {
            $To.whole(stringify!($whole), &self.any())
        }

        #[doc = concat!("[`", stringify!($whole), "`](NodeArray::", stringify!($whole), ") along an axis.")]
        ///
        /// ```
        #[doc = concat!("let x = backprop::NodeArray::leaf(ndarray::array![[1.0, 2.0, 3.0], [3.0, 5.0, 7.0]]);\nassert_eq!(x.", stringify!($axis), "(ndarray::Axis(0)", $(", ", $example,)? ").shape(), [3]);")]
        /// ```
        ///
        /// # Panics
        /// If there is no such axis.
        $(#[doc = $error])?
        #[must_use]
        #[track_caller]
        pub fn $axis(&self, axis: Axis, $($arg: $Arg)?) -> NodeArray<T, D::Smaller>
        where
            D: RemoveAxis,
        {
            accept(self.$try_axis(axis, $($arg)?))
        }
        #[doc = concat!("[`", stringify!($axis), "`](NodeArray::", stringify!($axis), "), with an error instead of a panic.")]
        ///
        /// ```
        #[doc = concat!("let x = backprop::NodeArray::leaf(ndarray::array![1.0, 2.0]);\nassert!(x.", stringify!($try_axis), "(ndarray::Axis(1)", $(", ", $example,)? ").is_err());")]
        /// ```
        ///
        /// # Errors
        /// [`Error::Axis`] if there is no such axis; else as the reduction of the whole.
        #[track_caller]
        pub fn $try_axis(&self, axis: Axis, $($arg: $Arg)?) -> Result<NodeArray<T, D::Smaller>, Error>
        where
            D: RemoveAxis,
        {
            Ok($To.along(stringify!($axis), &self.any(), axis)?.ranked())
        }

        #[doc = concat!("[`", stringify!($whole), "`](NodeArray::", stringify!($whole), ") along an axis, which stays, at length 1: the result broadcasts with the array.")]
        ///
        /// ```
        #[doc = concat!("let x = backprop::NodeArray::leaf(ndarray::array![[1.0, 2.0, 3.0], [3.0, 5.0, 7.0]]);\nassert_eq!(x.", stringify!($keep), "(ndarray::Axis(1)", $(", ", $example,)? ").shape(), [2, 1]);")]
        /// ```
        ///
        /// # Panics
        /// If there is no such axis.
        $(#[doc = $error])?
        #[must_use]
        #[track_caller]
        pub fn $keep(&self, axis: Axis, $($arg: $Arg)?) -> Self {
            accept(self.$try_keep(axis, $($arg)?))
        }
        #[doc = concat!("[`", stringify!($keep), "`](NodeArray::", stringify!($keep), "), with an error instead of a panic.")]
        ///
        /// ```
        #[doc = concat!("let x = backprop::NodeArray::leaf(ndarray::array![1.0, 2.0]);\nassert!(x.", stringify!($try_keep), "(ndarray::Axis(1)", $(", ", $example,)? ").is_err());")]
        /// ```
        ///
        /// # Errors
        /// [`Error::Axis`] if there is no such axis; else as the reduction of the whole.
        #[track_caller]
        pub fn $try_keep(&self, axis: Axis, $($arg: $Arg)?) -> Result<Self, Error> {
            Ok($To.along_keep(stringify!($keep), &self.any(), axis)?.ranked())
        }
    )* }
} }
reductions! {
    /// The sum of all elements; 0 of none. Each slope is 1.
    [To::Sum] sum sum_axis sum_keep try_sum try_sum_axis try_sum_keep () [];
    /// The mean. Each slope is `1/n`.
    [To::Mean] mean mean_axis mean_keep try_mean try_mean_axis try_mean_keep () ["If there are no elements to reduce."];
    /// The product of all elements; 1 of none. Each slope is the product of the others, also where there are zeros.
    [To::Product] prod prod_axis prod_keep try_prod try_prod_axis try_prod_keep () [];
    /// The largest element; a number wins against NaN. The slope 1 is shared equally by all that tie.
    [To::Max] max_all max_axis max_keep try_max_all try_max_axis try_max_keep () ["If there are no elements to reduce."];
    /// The smallest element; a number wins against NaN. The slope 1 is shared equally by all that tie.
    [To::Min] min_all min_axis min_keep try_min_all try_min_axis try_min_keep () ["If there are no elements to reduce."];
    /// The variance `Σ (x − mean)²/(n − ddof)`: `ddof` is 0 for that of a population, 1 for the unbiased estimate from a
    /// sample.
    [To::Variance(ddof)] var var_axis var_keep try_var try_var_axis try_var_keep (ddof: f64 = "0.0")
        ["If there are no elements to reduce, or `ddof` is not at least 0 and below their number."];
    /// The standard deviation, the root of the variance. The slopes are 0 where it is 0.
    [To::Deviation(ddof)] std std_axis std_keep try_std try_std_axis try_std_keep (ddof: f64 = "0.0")
        ["If there are no elements to reduce, or `ddof` is not at least 0 and below their number."];
    /// `ln Σ e^x` without overflow; −∞ of no elements. The slopes are the softmax.
    [To::LogSumExp] logsumexp logsumexp_axis logsumexp_keep try_logsumexp try_logsumexp_axis try_logsumexp_keep () [];
    /// The 2-norm `√Σ x²` without overflow; 0 of no elements. The slopes are `x/‖x‖`, at the origin 0.
    [To::Norm] norm norm_axis norm_keep try_norm try_norm_axis try_norm_keep () [];
    /// The 1-norm `Σ |x|`; 0 of no elements. The slopes are the signs, 0 at 0.
    [To::NormOne] norm_l1 norm_l1_axis norm_l1_keep try_norm_l1 try_norm_l1_axis try_norm_l1_keep () [];
    /// The sup-norm `max |x|`. The slope is shared equally by all that tie.
    [To::NormMax] norm_max norm_max_axis norm_max_keep try_norm_max try_norm_max_axis try_norm_max_keep ()
        ["If there are no elements to reduce."];
}

impl<T: Float, D: Dimension> NodeArray<T, D> {
    /// The place of the largest element, the first of those that tie; no derivative. A number wins against NaN.
    ///
    /// ```
    /// let x = backprop::NodeArray::leaf(ndarray::array![[1.0, 7.0], [3.0, 5.0]]);
    /// assert_eq!(x.argmax(), (0, 1));
    /// ```
    ///
    /// # Panics
    /// If there are no elements.
    #[must_use]
    #[track_caller]
    pub fn argmax(&self) -> D::Pattern {
        accept(self.try_argmax())
    }
    /// [`argmax`](NodeArray::argmax), with an error instead of a panic.
    ///
    /// ```
    /// let x = backprop::NodeArray::leaf(ndarray::Array1::<f64>::zeros(0));
    /// assert!(x.try_argmax().is_err());
    /// ```
    ///
    /// # Errors
    /// [`Error::Shape`] if there are no elements.
    pub fn try_argmax(&self) -> Result<D::Pattern, Error> {
        let value = self.value();
        let mut best: Option<(D::Pattern, T)> = None;
        for (place, &x) in value.indexed_iter() {
            let wins = best
                .as_ref()
                .is_none_or(|(_, y)| x > *y || num_traits::Float::is_nan(*y) && !num_traits::Float::is_nan(x));
            if wins {
                best = Some((place, x));
            }
        }
        let wanted = "at least one element";
        best.map(|(place, _)| place).ok_or_else(|| Error::Shape {
            operation: "argmax",
            shape: self.shape().to_vec(),
            wanted,
        })
    }
    /// The places of the largest elements along an axis, the first of those that tie; no derivative.
    ///
    /// ```
    /// let x = backprop::NodeArray::leaf(ndarray::array![[1.0, 7.0], [3.0, 3.0]]);
    /// assert_eq!(x.argmax_axis(ndarray::Axis(1)), ndarray::array![1, 0]);
    /// ```
    ///
    /// # Panics
    /// If there is no such axis, or it has no elements.
    #[must_use]
    #[track_caller]
    pub fn argmax_axis(&self, axis: Axis) -> Array<usize, D::Smaller>
    where
        D: RemoveAxis,
    {
        accept(self.try_argmax_axis(axis))
    }
    /// [`argmax_axis`](NodeArray::argmax_axis), with an error instead of a panic.
    ///
    /// ```
    /// let x = backprop::NodeArray::leaf(ndarray::array![1.0, 7.0]);
    /// assert!(x.try_argmax_axis(ndarray::Axis(3)).is_err());
    /// ```
    ///
    /// # Errors
    /// [`Error::Axis`] if there is no such axis, [`Error::Shape`] if it has no elements.
    pub fn try_argmax_axis(&self, axis: Axis) -> Result<Array<usize, D::Smaller>, Error>
    where
        D: RemoveAxis,
    {
        if axis.index() >= self.ndim() {
            return Err(Error::Axis { operation: "argmax_axis", axis: axis.index(), rank: self.ndim() });
        }
        if self.shape()[axis.index()] == 0 {
            let wanted = "at least one element to choose from";
            return Err(Error::Shape { operation: "argmax_axis", shape: self.shape().to_vec(), wanted });
        }
        Ok(self.value().map_axis(axis, |lane| {
            let mut best = 0;
            for (k, &x) in lane.iter().enumerate() {
                if x > lane[best] || num_traits::Float::is_nan(lane[best]) && !num_traits::Float::is_nan(x) {
                    best = k;
                }
            }
            best
        }))
    }

    /// Running sums along an axis: element `k` is the sum of the elements up to `k`.
    ///
    /// ```
    /// use backprop::NodeArray;
    /// let x = NodeArray::leaf(ndarray::array![1.0, 2.0, 3.0]);
    /// let y = x.cumsum(ndarray::Axis(0));
    /// assert_eq!(y.value(), ndarray::array![1.0, 3.0, 6.0]);
    /// y.sum().backward();
    /// assert_eq!(x.grad(), ndarray::array![3.0, 2.0, 1.0]);
    /// ```
    ///
    /// # Panics
    /// If there is no such axis.
    #[must_use]
    #[track_caller]
    pub fn cumsum(&self, axis: Axis) -> Self {
        accept(self.try_cumsum(axis))
    }
    /// [`cumsum`](NodeArray::cumsum), with an error instead of a panic.
    ///
    /// ```
    /// let x = backprop::NodeArray::leaf(ndarray::array![1.0, 2.0, 3.0]);
    /// assert!(x.try_cumsum(ndarray::Axis(1)).is_err());
    /// ```
    ///
    /// # Errors
    /// [`Error::Axis`] if there is no such axis.
    #[track_caller]
    pub fn try_cumsum(&self, axis: Axis) -> Result<Self, Error> {
        if axis.index() >= self.ndim() {
            return Err(Error::Axis { operation: "cumsum", axis: axis.index(), rank: self.ndim() });
        }
        Ok(RunningSum { axis: axis.index(), backwards: false }.of(&self.any()).ranked())
    }
}
