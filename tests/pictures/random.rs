//! Random graphs to draw.

#[path = "../common/rng.rs"]
#[allow(dead_code, reason = "other tests draw more")]
mod rng;

use backprop::{Node, sum};
use rng::Rng;

/// A graph of about so many nodes, the end of it included.
pub fn graph(nodes: usize, seed: u64) -> Node<f64> {
    let mut rng = Rng(seed);
    let mut pool: Vec<Node<f64>> =
        (0..nodes / 8 + 2).map(|k| Node::leaf(0.3 + 0.1 * k as f64).named(&format!("x{k}"))).collect();
    let mut used = vec![false; pool.len()];
    while pool.len() + 1 < nodes {
        let near = |rng: &mut Rng, reach: usize| pool.len() - 1 - rng.below(pool.len().min(reach));
        let (i, j) = (near(&mut rng, 30), near(&mut rng, 60));
        // a leaf that nobody has used, now and then
        let j = used.iter().position(|used| !used).filter(|_| rng.below(3) == 0).unwrap_or(j);
        let (x, y) = (&pool[i], &pool[j]);
        let z = match rng.below(9) {
            0 | 1 => x * y,
            2 | 3 => x + y,
            4 => x - y,
            5 => x.tanh(),
            6 => y.sin() * x,
            7 => sum(&[x.clone(), y.clone(), x.clone()]),
            _ => x * 0.5,
        };
        (used[i], used[j]) = (true, true);
        pool.push(z.named_now_and_then(&mut rng));
        used.push(false);
    }
    let ends: Vec<Node<f64>> = pool.iter().zip(&used).filter(|(_, used)| !**used).map(|(x, _)| x.clone()).collect();
    sum(&ends)
}
trait Names {
    fn named_now_and_then(self, rng: &mut Rng) -> Self;
}
impl Names for Node<f64> {
    fn named_now_and_then(self, rng: &mut Rng) -> Self {
        if rng.below(6) == 0 {
            self.named(["price", "a rather long name for this", "λ·‖w‖²"][rng.below(3)])
        } else {
            self
        }
    }
}
