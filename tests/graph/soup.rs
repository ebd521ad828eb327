//! A pool of nodes, stirred: each step makes a node from some of the pool and lets another go. A naive twin keeps
//! everything and is asked for values, gradients, adjoints, and for what should be alive.

use crate::{ROOMS, Rng, alone_in};
use backprop::custom::first_order;
use backprop::{Node, graph, no_grad};

/// What the twin knows of a node.
enum Step {
    Leaf,
    Constant,
    /// Operands with slopes, and the number of cells.
    Row(Vec<(usize, f64)>, usize),
    /// An operand and its slope, and what the rule sweeps, with which adjoint.
    Custom((usize, f64), (usize, f64)),
}
#[derive(Default)]
struct Twin {
    steps: Vec<Step>,
    /// The gradients, and the sum of the magnitudes that they are made of.
    sums: Vec<(f64, f64)>,
}
impl Twin {
    fn push(&mut self, step: Step) -> usize {
        self.steps.push(step);
        self.sums.push((0.0, 0.0));
        self.steps.len() - 1
    }
    /// The adjoints of a sweep; adds to the gradients, also those of the sweeps within.
    fn sweep(&mut self, root: usize, seed: f64) -> Vec<Option<(f64, f64)>> {
        let mut adjoints = vec![None; root + 1];
        adjoints[root] = Some((seed, seed.abs()));
        for k in (0..=root).rev() {
            let Some((g, size)) = adjoints[k] else { continue };
            let mut give = |to: usize, slope: f64| {
                let (sum, sizes) = adjoints[to].unwrap_or((0.0, 0.0));
                adjoints[to] = Some((sum + slope * g, sizes + slope.abs() * size));
            };
            match &self.steps[k] {
                Step::Leaf => {
                    self.sums[k].0 += g;
                    self.sums[k].1 += size;
                }
                Step::Constant => (),
                Step::Row(operands, _) => operands.iter().for_each(|&(to, slope)| give(to, slope)),
                &Step::Custom((to, slope), (swept, seed)) => {
                    give(to, slope);
                    self.sweep(swept, seed);
                }
            }
        }
        adjoints
    }
    /// The number of cells that the pool keeps alive.
    fn alive(&self, pool: &[usize]) -> usize {
        let mut reached = vec![false; self.steps.len()];
        pool.iter().for_each(|&k| reached[k] = true);
        let mut cells = 0;
        for k in (0..self.steps.len()).rev() {
            if !reached[k] {
                continue;
            }
            cells += 1;
            match &self.steps[k] {
                Step::Leaf | Step::Constant => (),
                Step::Row(operands, more) => {
                    cells += more - 1;
                    operands.iter().for_each(|&(to, _)| reached[to] = true);
                }
                &Step::Custom((to, _), (swept, _)) => {
                    reached[to] = true;
                    reached[swept] = true;
                }
            }
        }
        cells
    }
}

struct Soup {
    rng: Rng,
    twin: Twin,
    leaves: Vec<(usize, Node<f64>)>,
    pool: Vec<(usize, Node<f64>)>,
    customs: usize,
}
impl Soup {
    fn new(seed: u64, size: usize) -> Self {
        let (mut rng, mut twin) = (Rng(seed), Twin::default());
        let leaves: Vec<_> = (0..6).map(|_| (twin.push(Step::Leaf), Node::leaf(rng.unit()))).collect();
        let pool = (0..size).map(|k| leaves[k % 6].clone()).collect();
        Soup { rng, twin, leaves, pool, customs: 0 }
    }
    fn pick(&mut self) -> (usize, Node<f64>) {
        let k = self.rng.below(self.pool.len());
        self.pool[k].clone()
    }
    fn step(&mut self) {
        let ((i, x), (j, y)) = (self.pick(), self.pick());
        let (a, b) = (x.value(), y.value());
        let big = a.abs().max(b.abs()) > 3.0;
        let constant = |nodes: &[&Node<f64>]| nodes.iter().all(|x| x.is_constant());
        let all_constant = constant(&[&x, &y]);
        let row = |operands: &[(usize, f64)], cells: usize, constant: bool| match constant {
            true => Step::Constant,
            false => Step::Row(operands.to_vec(), cells),
        };
        let x_constant = x.is_constant();
        let (step, node) = match self.rng.below(16) {
            0 => (row(&[(i, a.cos())], 1, x_constant), x.sin()),
            1 => (row(&[(i, 0.5)], 2, x_constant), x * 0.5),
            2 => (row(&[(i, -1.0)], 2, x_constant), 0.25 - &x),
            3 => (row(&[(i, -1.0)], 1, x_constant), -x),
            4 if !big => (row(&[(i, 2.0 * a)], 2, x_constant), x.powi(2)),
            5 if !big => (row(&[(i, b), (j, a)], 1, all_constant), &x * y),
            6 | 7 if !big => (row(&[(i, 1.0), (j, 1.0)], 1, all_constant), x + &y),
            8 | 9 if !big => (row(&[(i, 1.0), (j, -1.0)], 1, all_constant), &x - &y),
            10 if !big => {
                let (k, z) = self.pick();
                let all = constant(&[&x, &y, &z]);
                (row(&[(i, b), (j, a), (k, 1.0)], 2, all), x.mul_add(y, z))
            }
            11 => (Step::Constant, no_grad(|| x.cos())),
            12 if self.rng.below(8) == 0 => (Step::Leaf, Node::leaf(a)),
            13 if self.customs < 7 && self.rng.below(40) == 0 && !x_constant => {
                self.customs += 1;
                let seed = 1e-3 * self.rng.unit();
                let junk = self.rng.below(50);
                let custom = first_order("custom", &[&x], 0.75 * a, move |g| {
                    let own = (0..junk).fold(y.clone(), |z, _| z * 0.5);
                    y.backward_with(seed);
                    drop(own);
                    vec![0.75 * g]
                });
                (Step::Custom((i, 0.75), (j, seed)), custom)
            }
            _ => (row(&[(i, a.cosh().powi(-2))], 1, x_constant), x.tanh()),
        };
        let k = self.twin.push(step);
        let gone = self.rng.below(self.pool.len());
        self.pool[gone] = (k, node);
    }
    /// Sweeps from a random node; compares all gradients and the adjoints in the pool.
    fn sweep(&mut self) {
        let ((root, node), seed) = (self.pick(), self.rng.unit());
        node.backward_with(seed);
        let adjoints = self.twin.sweep(root, seed);
        for (k, x) in &self.leaves {
            let (sum, size) = self.twin.sums[*k];
            assert!((x.grad() - sum).abs() <= 1e-10 * size + 1e-300, "a leaf has {}, not {sum}", x.grad());
        }
        for (k, x) in &self.pool {
            let (sum, size) = match self.twin.steps[*k] {
                Step::Leaf => self.twin.sums[*k],
                Step::Constant => (0.0, 0.0),
                _ => adjoints.get(*k).copied().flatten().unwrap_or((0.0, 0.0)),
            };
            assert!((x.grad() - sum).abs() <= 1e-10 * size + 1e-300, "node {k} has {}, not {sum}", x.grad());
        }
    }
    fn count(&self) {
        let held: Vec<usize> = self.pool.iter().chain(&self.leaves).map(|(k, _)| *k).collect();
        assert_eq!(graph::stats().live_cells, self.twin.alive(&held));
    }
}

fn stir(seed: u64, size: usize, steps: usize) {
    for room in ROOMS {
        alone_in(room, move || {
            let mut soup = Soup::new(seed, size);
            for k in 1..=steps {
                soup.step();
                if k % 97 == 0 {
                    soup.sweep();
                }
                if k % 211 == 0 {
                    soup.count();
                }
            }
        });
    }
}

#[test]
fn a_small_pool() {
    for seed in 0..30 {
        stir(seed, 5, 3000);
    }
}
#[test]
fn a_middling_pool() {
    for seed in 0..10 {
        stir(100 + seed, 50, 3000);
    }
}
#[test]
fn a_large_pool() {
    for seed in 0..4 {
        stir(200 + seed, 2000, 8000);
    }
}
#[test]
#[ignore = "many more seeds"]
fn many_pools() {
    for seed in 0..300 {
        stir(1000 + seed, [3, 10, 100, 1000][seed as usize % 4], 5000);
    }
}
