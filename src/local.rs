//! What a thread has once for each type: graphs and tapes of nested numbers. (Those of `f32` and `f64` are thread-locals of
//! their own, found without a search.)

use std::any::{Any, TypeId};
use std::cell::RefCell;
use std::rc::Rc;

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
pub(crate) fn get(id: TypeId, make: fn() -> Rc<dyn Any>) -> Option<Rc<dyn Any>> {
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
