//! Where a thread keeps its homes: one for each number type.

use super::home::Home;
use crate::number::Float;
use std::any::{Any, TypeId};
use std::cell::RefCell;
use std::rc::Rc;

thread_local! {
    static HOME64: Home<f64> = const { Home::new() };
    static HOME32: Home<f32> = const { Home::new() };
    /// The homes of all other types, and the one used last.
    static HOMES: RefCell<Vec<AnyHome>> = const { RefCell::new(Vec::new()) };
    static RECENT: RefCell<Option<AnyHome>> = const { RefCell::new(None) };
}
type AnyHome = (TypeId, Rc<dyn Any>);

/// The panic of what needs a home when the thread has none any more.
pub(crate) const ENDING: &str = "the thread is ending: its graph is gone, nodes can only be dropped";

/// Gives `f` the thread's home for `T`; `None` when the thread is ending and the home is gone already.
///
/// No borrow is held while `f` runs, so `f` may come here again.
#[inline(always)]
pub(crate) fn with<T: Float, R>(f: impl FnOnce(&Home<T>) -> R) -> Option<R> {
    // the comparison and the downcast are known when `T` is: nothing of them is left in the program
    if TypeId::of::<T>() == TypeId::of::<f64>() {
        HOME64.try_with(|home| (home as &dyn Any).downcast_ref::<Home<T>>().map(f)).ok().flatten()
    } else if TypeId::of::<T>() == TypeId::of::<f32>() {
        HOME32.try_with(|home| (home as &dyn Any).downcast_ref::<Home<T>>().map(f)).ok().flatten()
    } else {
        registered::<T>()?.downcast_ref::<Home<T>>().map(f)
    }
}

fn registered<T: Float>() -> Option<Rc<dyn Any>> {
    let id = TypeId::of::<T>();
    let recent = RECENT.try_with(|recent| match &*recent.borrow() {
        Some((known, home)) if *known == id => Some(home.clone()),
        _ => None,
    });
    match recent {
        Ok(Some(home)) => Some(home),
        _ => look_up::<T>(id),
    }
}
#[cold]
fn look_up<T: Float>(id: TypeId) -> Option<Rc<dyn Any>> {
    let found = HOMES.try_with(|all| {
        let mut all = all.borrow_mut();
        if let Some((_, home)) = all.iter().find(|(known, _)| *known == id) {
            return home.clone();
        }
        let home: Rc<dyn Any> = Home::<T>::boxed();
        all.push((id, home.clone()));
        home
    });
    let home = found.ok()?;
    // a thread that is ending may have lost this one first: it is only a short cut
    let _ = RECENT.try_with(|recent| recent.replace(Some((id, home.clone()))));
    Some(home)
}
