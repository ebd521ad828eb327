//! Large graphs are drawn in part: operations that look alike are drawn once or twice, and dashed boxes say how many more
//! there are.
//!
//! Two operations look alike if the same operations stand above them, three levels up. Of each such class the first and
//! the last one are drawn, as far as there is room, and the rest of them are put together: those that hang together into
//! one box, and boxes of the same contents into one. Where that is not enough, what is farthest from the drawn node goes.

use super::picture::{Arrow, Block, Kind, Picture, Shown};
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};

/// How many levels of operands are looked at.
const LEVELS: usize = 3;

pub(super) fn fold(picture: Picture, limit: usize) -> Picture {
    if picture.boxes.len() <= limit {
        return picture;
    }
    let alike = classes(&picture);
    for ends in [2, 1] {
        let folded = put_together(&picture, &drawn_of_each(&picture, &alike, ends), Some(&alike));
        if folded.boxes.len() <= limit {
            return folded;
        }
    }
    // half of the room for what is nearest to the end, and no more than one box for all others
    let mut near = nearest(&picture, &alike, limit * 3 / 4);
    loop {
        let folded = put_together(&picture, &near, None);
        let kept = near.iter().filter(|&&keep| keep).count();
        if folded.boxes.len() <= limit || kept <= 2 {
            return folded;
        }
        near = nearest(&picture, &alike, kept * 3 / 4);
    }
}

/// A number for each box: the same for those that look alike.
fn classes(picture: &Picture) -> Vec<u64> {
    let hash = |x: &dyn Fn(&mut DefaultHasher)| {
        let mut hasher = DefaultHasher::new();
        x(&mut hasher);
        hasher.finish()
    };
    let own = |block: &Block| {
        // what has a name is like nothing else
        let name = if block.kind == Kind::Operation { block.name.as_ref() } else { Some(&block.title) };
        hash(&|h| (block.kind, &block.operation, name).hash(h))
    };
    let alone: Vec<u64> = picture.boxes.iter().map(own).collect();
    let mut classes = alone.clone();
    for _ in 0..LEVELS {
        let mut operands: Vec<Vec<u64>> = vec![Vec::new(); picture.boxes.len()];
        picture.arrows.iter().for_each(|arrow| operands[arrow.to].push(classes[arrow.from]));
        classes = alone.iter().zip(operands).map(|(own, operands)| hash(&|h| (own, &operands).hash(h))).collect();
    }
    // leaves and constants are told apart by where they go
    let mut uses: Vec<Vec<u64>> = vec![Vec::new(); picture.boxes.len()];
    picture.arrows.iter().for_each(|arrow| uses[arrow.from].push(classes[arrow.to]));
    for (k, block) in picture.boxes.iter().enumerate() {
        if matches!(block.kind, Kind::Leaf | Kind::Constant) {
            let mut uses = std::mem::take(&mut uses[k]);
            uses.sort_unstable();
            uses.dedup();
            classes[k] = hash(&|h| (classes[k], &uses).hash(h));
        }
    }
    classes
}

/// The first and the last so many of each class, and what must not be left out.
fn drawn_of_each(picture: &Picture, classes: &[u64], ends: usize) -> Vec<bool> {
    let mut members: HashMap<u64, Vec<usize>> = HashMap::new();
    classes.iter().enumerate().for_each(|(k, class)| members.entry(*class).or_default().push(k));
    let mut keep = vec![false; classes.len()];
    for members in members.values() {
        let last = if ends > 1 { members.len() - 1 } else { 0 };
        let few = members.len() <= ends + 1;
        members.iter().enumerate().for_each(|(n, &k)| keep[k] = few || n == 0 || n == last);
    }
    stay(picture, &mut keep);
    keep
}
/// So many that are nearest to the drawn node, of each class two.
fn nearest(picture: &Picture, classes: &[u64], many: usize) -> Vec<bool> {
    let mut operands: Vec<Vec<usize>> = vec![Vec::new(); picture.boxes.len()];
    picture.arrows.iter().for_each(|arrow| operands[arrow.to].push(arrow.from));
    let mut keep = vec![false; picture.boxes.len()];
    let mut queue = VecDeque::from([picture.root]);
    let (mut kept, mut met) = (0, HashMap::new());
    while let Some(k) = queue.pop_front()
        && kept < many
    {
        let alike = met.entry(classes[k]).or_insert(0);
        if !keep[k] && *alike < 2 {
            (keep[k], *alike, kept) = (true, *alike + 1, kept + 1);
            queue.extend(&operands[k]);
        }
    }
    stay(picture, &mut keep);
    keep
}
fn stay(picture: &Picture, keep: &mut [bool]) {
    keep[picture.root] = true;
    picture.boxes.iter().zip(keep).for_each(|(block, keep)| *keep |= block.kind == Kind::Exit);
}

/// The boxes that are not kept, put together; `alike`: in as many boxes as there are kinds of contents.
fn put_together(picture: &Picture, keep: &[bool], alike: Option<&[u64]>) -> Picture {
    let mut group = Groups::new(picture.boxes.len());
    let left: Vec<usize> = (0..keep.len()).filter(|&k| !keep[k]).collect();
    match alike {
        None => left.windows(2).for_each(|pair| group.join(pair[0], pair[1])),
        Some(classes) => {
            for arrow in picture.arrows.iter().filter(|arrow| !keep[arrow.from] && !keep[arrow.to]) {
                group.join(arrow.from, arrow.to);
            }
            // of the same contents
            let mut contents: BTreeMap<usize, Vec<u64>> = BTreeMap::new();
            left.iter().for_each(|&k| contents.entry(group.of(k)).or_default().push(classes[k]));
            let mut first: HashMap<Vec<u64>, usize> = HashMap::new();
            for (leader, mut classes) in contents {
                classes.sort_unstable();
                classes.dedup();
                let other = *first.entry(classes).or_insert(leader);
                group.join(leader, other);
            }
        }
    }
    // what lies on a way out of a group and back into it belongs to it
    while let Some((a, b)) = cycle(picture, &mut group) {
        group.join(a, b);
    }
    contract(picture, &mut group)
}

/// Sets of boxes, by union and find.
struct Groups(Vec<usize>);
impl Groups {
    fn new(many: usize) -> Self {
        Groups((0..many).collect())
    }
    fn of(&mut self, k: usize) -> usize {
        let mut leader = k;
        while self.0[leader] != leader {
            self.0[leader] = self.0[self.0[leader]];
            leader = self.0[leader];
        }
        leader
    }
    fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.of(a), self.of(b));
        self.0[a.max(b)] = a.min(b);
    }
}

/// Groups in an order in which arrows lead forward; those that are left over lie on cycles.
fn sorted(picture: &Picture, group: &mut Groups) -> (Vec<usize>, Vec<(usize, usize)>) {
    let leaders: Vec<usize> = (0..picture.boxes.len()).map(|k| group.of(k)).collect();
    let mut links: Vec<(usize, usize)> =
        picture.arrows.iter().map(|arrow| (leaders[arrow.from], leaders[arrow.to])).filter(|(a, b)| a != b).collect();
    links.sort_unstable();
    links.dedup();
    let mut waiting = vec![0; leaders.len()];
    links.iter().for_each(|&(_, to)| waiting[to] += 1);
    let mut ready: VecDeque<usize> = (0..leaders.len()).filter(|&k| leaders[k] == k && waiting[k] == 0).collect();
    let mut order = Vec::new();
    while let Some(k) = ready.pop_front() {
        order.push(k);
        let first = links.partition_point(|link| link.0 < k);
        for &(_, to) in links[first..].iter().take_while(|link| link.0 == k) {
            waiting[to] -= 1;
            if waiting[to] == 0 {
                ready.push_back(to);
            }
        }
    }
    links.retain(|&(from, to)| waiting[from] > 0 && waiting[to] > 0);
    (order, links)
}
/// Two groups on a cycle, if there is one.
fn cycle(picture: &Picture, group: &mut Groups) -> Option<(usize, usize)> {
    let (_, links) = sorted(picture, group);
    // from link to link one comes to a group for the second time
    let next: HashMap<usize, usize> = links.iter().map(|&(from, to)| (to, from)).collect();
    let mut met = HashMap::new();
    let mut k = links.first()?.1;
    while met.insert(k, ()).is_none() {
        k = *next.get(&k)?;
    }
    Some((k, *next.get(&k)?))
}

/// Each group in a box.
fn contract(picture: &Picture, group: &mut Groups) -> Picture {
    let (order, _) = sorted(picture, group);
    let mut place = HashMap::new();
    let mut members: HashMap<usize, Vec<usize>> = HashMap::new();
    (0..picture.boxes.len()).for_each(|k| members.entry(group.of(k)).or_default().push(k));
    let mut boxes = Vec::with_capacity(order.len());
    for leader in order {
        place.insert(leader, boxes.len());
        let members = &members[&leader];
        boxes.push(if members.len() == 1 { picture.boxes[leader].clone() } else { summary(picture, members) });
    }
    let mut at = |k: usize| place[&group.of(k)];
    let mut arrows: Vec<Arrow> = Vec::new();
    let mut merged: HashMap<(usize, usize), usize> = HashMap::new();
    for arrow in &picture.arrows {
        let (from, to) = (at(arrow.from), at(arrow.to));
        if from == to {
            continue;
        }
        let arrow = Arrow { from, to, ..arrow.clone() };
        if boxes[from].kind != Kind::Folded && boxes[to].kind != Kind::Folded {
            arrows.push(arrow);
            continue;
        }
        match merged.get(&(from, to)) {
            Some(&k) => arrows[k].absorb(&arrow, boxes[from].kind != Kind::Folded),
            None => {
                merged.insert((from, to), arrows.len());
                arrows.push(Arrow { slope: None, ..arrow });
            }
        }
    }
    arrows.sort_by_key(|arrow| arrow.to);
    Picture { root: at(picture.root), boxes, arrows }
}
impl Arrow {
    /// One more arrow between the same boxes; `one_value`: they carry the same.
    fn absorb(&mut self, other: &Arrow, one_value: bool) {
        self.many += other.many;
        if !one_value {
            // of different numbers neither values nor derivatives add up to anything
            (self.value, self.derivative) = (None, None);
            return;
        }
        let of_arrays = |arrow: &Arrow| matches!(arrow.value, Some(Shown::Array { .. }));
        self.derivative = match (&self.derivative, &other.derivative) {
            // what is said of two arrays does not add up to what can be said of their sum
            _ if of_arrays(self) => None,
            (Some(sum), Some(part)) => sum.plus(part),
            (sum, None) => sum.clone(),
            (None, part) => part.clone(),
        };
    }
}
/// A box for several: how many, and of what.
fn summary(picture: &Picture, members: &[usize]) -> Block {
    const SHOWN: usize = 3;
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for &k in members {
        *counts.entry(&picture.boxes[k].title).or_default() += 1;
    }
    let mut counts: Vec<(&str, usize)> = counts.into_iter().collect();
    counts.sort_by_key(|&(title, many)| (std::cmp::Reverse(many), title));
    let mut parts: Vec<String> = counts.iter().take(SHOWN).map(|(title, many)| format!("{many} {title}")).collect();
    if counts.len() > SHOWN {
        parts.push("…".to_string());
    }
    let last = members.iter().max().copied().unwrap_or_default();
    Block {
        kind: Kind::Folded,
        title: format!("⋯ {} more", members.len()),
        name: Some(parts.join(", ")),
        operation: None,
        // of many there is no one derivative
        adjoint: None,
        ..picture.boxes[last].clone()
    }
}
