//! What a thread has once for each number type: its graph, its tape. Those of `f32` and `f64` are thread-locals of their
//! own, found without a search; those of nested numbers stand in a list.

use std::any::{Any, TypeId};
use std::cell::RefCell;
use std::rc::Rc;
use std::thread::LocalKey;

/// Gives `f` the thread's `X`: one of these two if it has one's type, else the one in the list, made by `make` when it is
/// first asked for. `None` when the thread is ending and it is gone already.
///
/// No borrow is held while `f` runs, so `f` may come here again.
#[inline(always)]
pub(crate) fn with<X: Any, A: Any, B: Any, R>(
    double: &'static LocalKey<A>,
    single: &'static LocalKey<B>,
    make: fn() -> Rc<dyn Any>,
    f: impl FnOnce(&X) -> R,
) -> Option<R> {
    // the comparison and the downcast are known when `X` is: nothing of them is left in the program
    if TypeId::of::<X>() == TypeId::of::<A>() {
        double.try_with(|one| (one as &dyn Any).downcast_ref().map(f)).ok().flatten()
    } else if TypeId::of::<X>() == TypeId::of::<B>() {
        single.try_with(|one| (one as &dyn Any).downcast_ref().map(f)).ok().flatten()
    } else {
        get(TypeId::of::<X>(), make)?.downcast_ref().map(f)
    }
}

thread_local! {
    static ALL: RefCell<Vec<Entry>> = const { RefCell::new(Vec::new()) };
    /// The one used last. (Where graphs stand over tapes, as in `Node<Var<Dual>>`, they take turns here and are looked up.)
    static RECENT: RefCell<Option<Entry>> = const { RefCell::new(None) };
}
type Entry = (TypeId, Rc<dyn Any>);

/// The thread's one of the type `id`, made by `make` when it is first asked for; `None` when the thread is ending and has
/// lost it. Out of line, and of no type of its own, which was measured to be fastest: there is one call in every operation
/// on such numbers.
///
/// No borrow is held when this returns, so whoever uses it may come here again.
#[inline(never)]
fn get(id: TypeId, make: fn() -> Rc<dyn Any>) -> Option<Rc<dyn Any>> {
    let recent = RECENT.try_with(|recent| match &*recent.borrow() {
        Some((known, one)) if *known == id => Some(one.clone()),
        _ => None,
    });
    match recent {
        Ok(Some(one)) => Some(one),
        _ => look_up(id, make),
    }
}
#[cold]
fn look_up(id: TypeId, make: fn() -> Rc<dyn Any>) -> Option<Rc<dyn Any>> {
    let found = ALL.try_with(|all| {
        let mut all = all.borrow_mut();
        if let Some((_, one)) = all.iter().find(|(known, _)| *known == id) {
            return one.clone();
        }
        let made = make();
        all.push((id, made.clone()));
        made
    });
    let found = found.ok()?;
    // a thread that is ending may have lost this one first: it is only a short cut
    let _ = RECENT.try_with(|recent| recent.replace(Some((id, found.clone()))));
    Some(found)
}
