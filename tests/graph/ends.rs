//! Threads that end while somebody's own thread-local still holds nodes.

use backprop::custom::first_order;
use backprop::{Dual, Node, graph};
use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::thread;

/// What nodes say after their graph is gone.
static SAID: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Nodes of several number types, looked at when dropped.
struct Keeper {
    nodes: Vec<Node<f64>>,
    singles: Vec<Node<f32>>,
    duals: Vec<Node<Dual>>,
    asks: bool,
}
impl Drop for Keeper {
    fn drop(&mut self) {
        if self.asks {
            let say = |said: Result<String, Box<dyn std::any::Any + Send>>| {
                let text = said.unwrap_or_else(|panic| match panic.downcast::<String>() {
                    Ok(text) => *text,
                    Err(panic) => panic.downcast::<&str>().map(|text| text.to_string()).unwrap_or_default(),
                });
                SAID.lock().expect("no panic while it is held").push(text);
            };
            say(catch_unwind(AssertUnwindSafe(|| format!("value {}", self.nodes[0].value()))));
            say(catch_unwind(AssertUnwindSafe(|| format!("grad {}", self.nodes[0].grad()))));
            say(catch_unwind(AssertUnwindSafe(|| format!("sum {}", (&self.nodes[0] + 1.0).value()))));
            say(catch_unwind(AssertUnwindSafe(|| format!("clone {}", self.singles[0].clone().value()))));
            say(catch_unwind(AssertUnwindSafe(|| format!("dual {:?}", self.duals[0].value()))));
            say(catch_unwind(AssertUnwindSafe(|| format!("cells {}", graph::stats().live_cells))));
        }
        self.nodes.clear();
        self.singles.clear();
        self.duals.clear();
    }
}
thread_local! {
    static KEEPER: RefCell<Keeper> =
        const { RefCell::new(Keeper { nodes: Vec::new(), singles: Vec::new(), duals: Vec::new(), asks: false }) };
}

fn fill() {
    let (x, s, d) = (Node::leaf(2.0), Node::leaf(2_f32), Node::leaf(Dual::variable(2.0)));
    let captured = (x.sin().named("sin"), s.exp(), d.square());
    let custom = first_order("captures", &[&x], 1.0, move |g| {
        let _owned = &captured;
        vec![g]
    });
    custom.backward();
    KEEPER.with_borrow_mut(|keeper| {
        keeper.nodes.extend([x.clone(), custom, x.powi(3), x.named("x")]);
        keeper.singles.extend([s.clone(), &s * 2.0, s.named("s")]);
        keeper.duals.extend([d.clone(), d.square(), d.named("d")]);
    });
}

/// After the first thing, another.
const SECOND: [fn(); 3] =
    [|| (), || KEEPER.with_borrow_mut(|keeper| keeper.singles.clear()), || drop(Node::leaf(Dual::variable(1_f32)))];

/// What a thread touches last is destroyed first: here in both orders, and with each number type first.
#[test]
fn handles_outlive_the_graph_or_do_not() {
    let first: [fn(); 5] = [
        || (),
        || KEEPER.with_borrow_mut(|keeper| keeper.nodes.clear()),
        || drop(Node::leaf(1.0)),
        || drop(Node::leaf(1_f32)),
        || drop(Node::leaf(Dual::variable(1.0)).sin()),
    ];
    for first in first {
        for second in SECOND {
            let work = move || {
                first();
                second();
                fill();
            };
            thread::spawn(work).join().expect("the thread ends well");
        }
    }
}
/// Nodes that are asked when the graph is gone say so; those that still have it answer.
#[test]
fn nodes_asked_at_the_end() {
    // the keeper is made first, so that it is destroyed last
    let work = || {
        KEEPER.with_borrow_mut(|keeper| keeper.asks = true);
        fill();
    };
    thread::spawn(work).join().expect("the thread ends well");
    let said = std::mem::take(&mut *SAID.lock().expect("no panic while it is held"));
    assert_eq!(said.len(), 6, "{said:?}");
    for (said, answer) in said.iter().zip(["value 2", "grad 1", "sum 3", "clone 2", "dual", "cells"]) {
        assert!(said.starts_with(answer) || said.contains("the thread is ending"), "{said:?}");
    }
    println!("{said:?}");
}

/// Threads have graphs of their own.
#[test]
fn many_threads_at_once() {
    let work = |k: u32| {
        let x = Node::leaf(f64::from(k));
        for _ in 0..100 {
            let y = (0..100).fold(x.clone(), |y, _| y + &x);
            y.backward();
        }
        assert_eq!(x.grad(), 100.0 * 101.0);
        graph::stats().live_cells
    };
    let threads: Vec<_> = (0..16).map(|k| thread::spawn(move || work(k))).collect();
    for thread in threads {
        assert_eq!(thread.join().expect("it ends"), 1);
    }
}
