//! Memory, judged by an allocator that counts, thread by thread: not by the library's own statistics.

mod arrays;
#[path = "../common/counting.rs"]
mod counting;
mod drivers;
mod graph;
mod survivors;

use std::sync::Once;

/// Panics that the tests want print nothing: what a hook allocates would be counted. One hook for all of them, for tests
/// that each put theirs in place meet one another's gaps.
fn quiet() {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let hook = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            let text = info.payload().downcast_ref::<String>().map(String::as_str);
            let says = text.or_else(|| info.payload().downcast_ref::<&str>().copied()).unwrap_or_default();
            let wanted = ["no", "expected"].contains(&says) || says.contains("ending");
            if !wanted {
                hook(info);
            }
        }));
    });
}
