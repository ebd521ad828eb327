//! Derivatives as nodes, which can be differentiated again.
//!
//! The same walk as a sweep's, with adjoints that are nodes and stand beside the graph: it may be swept meanwhile, and
//! recording goes on in the chunk that is being walked. The slopes are the table's, run on nodes.

use super::cell::{CONSTANT, LEAF, PAYLOAD, POSITION, chunk_of, code, op_of, start_of};
use super::handle::{Node, share};
use super::home::Home;
use super::homes::{self, ENDING};
use crate::number::{Elementary, Float};
use std::collections::{BinaryHeap, HashMap, VecDeque};

/// What [`gradients`] differentiates by, and in which shape it answers: `&node`, slices, arrays and vectors of nodes or
/// of references to nodes.
///
/// ```
/// use backprop::{gradients, Node};
/// let (x, y) = (Node::leaf(2.0), Node::leaf(3.0));
/// let z = &x * &y;
/// let one: Node<f64> = gradients(&z, &x);
/// let [dx, dy] = gradients(&z, &[&x, &y]);
/// let many: Vec<Node<f64>> = gradients(&z, &vec![x, y]);
/// assert!(one == dx && many[1] == dy);
/// ```
pub trait Wrt<T: Float>: sealed::Sealed {
    /// The gradients, in the shape of `self`.
    type Gradients;
    /// Asks for the gradient of each node.
    #[doc(hidden)]
    fn gather(self, gradient: &mut dyn FnMut(&Node<T>) -> Node<T>) -> Self::Gradients;
}
mod sealed {
    pub trait Sealed {}
}
macro_rules! wrt { ($([$($g:tt)*] $Self:ty => $Out:ty, |$nodes:ident, $f:ident| $gather:expr;)*) => { $(
    impl<$($g)*> sealed::Sealed for $Self {}
    impl<$($g)*> Wrt<T> for $Self {
        type Gradients = $Out;
        fn gather(self, $f: &mut dyn FnMut(&Node<T>) -> Node<T>) -> $Out {
            let $nodes = self;
            $gather
        }
    }
)* } }
wrt! {
    [T: Float] &Node<T> => Node<T>, |node, f| f(node);
    [T: Float] &[Node<T>] => Vec<Node<T>>, |nodes, f| nodes.iter().map(f).collect();
    [T: Float] &[&Node<T>] => Vec<Node<T>>, |nodes, f| nodes.iter().map(|&n| f(n)).collect();
    [T: Float] &Vec<Node<T>> => Vec<Node<T>>, |nodes, f| nodes.iter().map(f).collect();
    [T: Float] &Vec<&Node<T>> => Vec<Node<T>>, |nodes, f| nodes.iter().map(|&n| f(n)).collect();
    [T: Float, const N: usize] &[Node<T>; N] => [Node<T>; N], |nodes, f| std::array::from_fn(|k| f(&nodes[k]));
    [T: Float, const N: usize] &[&Node<T>; N] => [Node<T>; N], |nodes, f| std::array::from_fn(|k| f(nodes[k]));
    [T: Float, const N: usize] [&Node<T>; N] => [Node<T>; N], |nodes, f| std::array::from_fn(|k| f(nodes[k]));
}

/// The derivatives of `y` as nodes, in the shape of `wrt`: they can be used in further expressions and differentiated
/// again, to any order. What `y` does not depend on has the constant 0. No [`grad`](Node::grad) changes.
///
/// `wrt` may name inner nodes too: then it is the derivative by what they hold.
///
/// ```
/// use backprop::{gradients, Node};
/// let x = Node::leaf(2.0);
/// let y = x.powi(4);
/// let first = gradients(&y, &x);
/// let second = gradients(&first, &x);
/// let third = gradients(&second, &x);
/// assert_eq!((first.value(), second.value(), third.value()), (32.0, 48.0, 48.0));
/// ```
///
/// # Panics
/// If it comes to an operation of first order (made of plain closures, or a layer), or to a custom operation whose rule
/// panics, gives another number of adjoints than there are operands, or asks for gradients through itself. The message
/// names the operation.
#[must_use]
pub fn gradients<T: Float, W: Wrt<T>>(y: &Node<T>, wrt: W) -> W::Gradients {
    gradients_with(y, wrt, &Node::constant(T::of(1.0)))
}

/// [`gradients`] with the adjoint of `y` given: the derivatives of `seed · y` for a constant seed, and differentiable
/// in the seed as well.
///
/// ```
/// use backprop::{gradients_with, Node};
/// let x = Node::leaf(3.0);
/// let seed = Node::leaf(10.0);
/// let dx = gradients_with(&x.square(), &x, &seed);
/// dx.backward();
/// assert_eq!((dx.value(), seed.grad()), (60.0, 6.0));
/// ```
///
/// # Panics
/// As [`gradients`].
#[must_use]
pub fn gradients_with<T: Float, W: Wrt<T>>(y: &Node<T>, wrt: W, seed: &Node<T>) -> W::Gradients {
    let mut walk = Walk { heap: BinaryHeap::new(), tables: HashMap::new() };
    walk.deliver(y.index(), seed.clone());
    while let Some((_, number)) = walk.heap.pop() {
        walk.chunk(number);
    }
    wrt.gather(&mut |x| walk.adjoint(x.index()).unwrap_or_else(|| Node::constant(T::of(0.0))))
}

/// A chunk's adjoints, from position `low` on.
struct Table<T: Float> {
    low: u32,
    adjoints: VecDeque<Option<Node<T>>>,
}
struct Walk<T: Float> {
    /// Birth and number of the chunks to visit.
    heap: BinaryHeap<(u64, u32)>,
    tables: HashMap<u32, Table<T>>,
}
/// The code of a cell, and the birth of its chunk.
fn head<T: Float>(index: u32) -> (u32, u64) {
    homes::with(|home: &Home<T>| {
        let chunk = home.chunk(index);
        (code(chunk.at(index).meta.get()), chunk.birth.get())
    })
    .expect(ENDING)
}

impl<T: Float> Walk<T> {
    fn adjoint(&self, index: u32) -> Option<Node<T>> {
        let table = self.tables.get(&chunk_of(index))?;
        let k = (index & POSITION).checked_sub(table.low)?;
        table.adjoints.get(k as usize).cloned().flatten()
    }

    fn deliver(&mut self, index: u32, part: Node<T>) {
        let (code, birth) = head::<T>(index);
        if code >= CONSTANT {
            return;
        }
        let (heap, position) = (&mut self.heap, index & POSITION);
        let table = self.tables.entry(chunk_of(index)).or_insert_with(|| {
            if code != LEAF {
                heap.push((birth, chunk_of(index)));
            }
            Table { low: position, adjoints: VecDeque::new() }
        });
        while position < table.low {
            table.adjoints.push_front(None);
            table.low -= 1;
        }
        let k = (position - table.low) as usize;
        if table.adjoints.len() <= k {
            table.adjoints.resize(k + 1, None);
        }
        let sum = match table.adjoints[k].take() {
            None => part,
            Some(sum) => Node::join(sum, part),
        };
        table.adjoints[k] = Some(sum);
    }

    /// A chunk, from its last adjoint to its first; operands in the same chunk lie before.
    fn chunk(&mut self, number: u32) {
        let Some(table) = self.tables.get(&number) else { return };
        let mut position = table.low + table.adjoints.len() as u32;
        while position > self.tables[&number].low {
            position -= 1;
            let index = start_of(number) | position;
            if let Some(adjoint) = self.adjoint(index) {
                self.pull(index, &adjoint);
            }
        }
    }

    fn pull(&mut self, index: u32, adjoint: &Node<T>) {
        let z: Node<T> = share(index);
        let code = z.kind();
        if code == PAYLOAD {
            let Some(payload) = z.payload() else { return };
            for (operand, part) in payload.operands.iter().zip(payload.pull_nodes(&z, adjoint)) {
                self.deliver(operand.index(), part);
            }
            return;
        }
        let Some(op) = op_of(code) else { return };
        let (operands, exponent) = z.recorded_operands();
        let x = operands.map(share::<T>);
        for (k, operand) in x[..op.arity()].iter().enumerate() {
            if !operand.is_constant() {
                let slope = op.slope(k, [&x[0], &x[1], &x[2]], exponent, &z);
                self.deliver(operand.index(), Node::flow(&slope, adjoint));
            }
        }
    }
}
