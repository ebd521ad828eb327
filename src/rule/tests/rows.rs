//! A row of the table as a function of any number.

use crate::number::{Call, Elementary};
use crate::rule::{Fold, Op, table};

/// What is tested by name: a row of the table, or an operation over a slice.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Row {
    Op(Op),
    Fold(Fold),
}
impl Row {
    pub(super) fn all() -> impl Iterator<Item = Row> {
        Op::ALL.iter().map(|&op| Row::Op(op)).chain(Fold::ALL.iter().map(|&fold| Row::Fold(fold)))
    }
    pub(super) fn name(self) -> &'static str {
        match self {
            Row::Op(op) => op.name(),
            Row::Fold(fold) => fold.name(),
        }
    }
    pub(super) fn named(name: &str) -> Option<Row> {
        Row::all().find(|row| row.name() == name)
    }
}

/// A row as a function of its active arguments; the others, after them, are constants.
#[derive(Clone, Debug)]
pub(super) struct Applied {
    pub row: Row,
    pub constants: Vec<f64>,
}
impl<S: Elementary> Call<S> for Applied {
    fn call(&self, x: &[S]) -> S {
        match self.row {
            Row::Op(op) => {
                let all: Vec<S> = x.iter().cloned().chain(self.constants.iter().map(|&c| S::of(c))).collect();
                // a row with an integer has it as its last constant
                op.apply(&all[..op.arity()], self.constants.last().map_or(0, |&n| n as i32))
            }
            Row::Fold(Fold::Dot) => S::fold(Fold::Dot, &x[..x.len() / 2], &x[x.len() / 2..]),
            Row::Fold(fold) => S::fold(fold, x, &[]),
        }
    }
}

macro_rules! by_name {
    ([] $( $(#[$doc:meta])* $arity:ident $Name:ident $f:ident $symbol:literal |$($arg:ident),+ -> $z:ident|
        $value:expr, ($($slope:expr),+), $([$low:expr, $high:expr])+; )*) => {
        /// The names that the table gives to its slope expressions.
        pub(super) fn slope_names() -> Vec<&'static str> {
            [$( by_name!(@names $arity $f) ),*].concat()
        }
    };
    (@names operator1 $f:ident) => { by_name!(@names unary $f) };
    (@names power $f:ident) => { by_name!(@names unary $f) };
    (@names operator2 $f:ident) => { by_name!(@names binary $f) };
    (@names unary $f:ident) => { vec![concat!(stringify!($f), " row")] };
    (@names binary $f:ident) => { vec![concat!(stringify!($f), " row, first"), concat!(stringify!($f), " row, second")] };
    (@names ternary $f:ident) => { vec![
        concat!(stringify!($f), " row, first"), concat!(stringify!($f), " row, second"), concat!(stringify!($f), " row, third"),
    ] };
}
table!(by_name);
