//! Catching a panic, with what it says and where it points.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Once;

thread_local! {
    /// Where the last panic of the thread was, if the thread wants to know; then nothing is printed.
    static PLACE: RefCell<Option<(String, u32)>> = const { RefCell::new(None) };
}

/// The message of the panic, and the file and line that it names.
pub fn panic_of<R>(f: impl FnOnce() -> R) -> (String, String, u32) {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            let place = info.location().map(|place| (place.file().to_string(), place.line()));
            let wanted = PLACE.with_borrow_mut(|wanted| {
                wanted.is_some() && {
                    *wanted = place;
                    true
                }
            });
            if !wanted {
                before(info);
            }
        }));
    });
    PLACE.set(Some((String::new(), 0)));
    let caught = catch_unwind(AssertUnwindSafe(f));
    let (file, line) = PLACE.take().unwrap_or_default();
    let Err(panic) = caught else { panic!("this should have panicked") };
    let message = match panic.downcast::<String>() {
        Ok(message) => *message,
        Err(panic) => panic.downcast::<&str>().map(|message| message.to_string()).unwrap_or_default(),
    };
    (message, file, line)
}
