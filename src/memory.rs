//! How this process holds memory. What it holds there is others' business.

/// Asks the system for memory in small pages only.
///
/// A huge page is cleared as a whole at the first touch: for eight milliseconds on a virtual machine,
/// in which no swipe is decided. Small pages are cleared one by one, unnoticed.
pub fn in_small_pages() {
    // Linux alone gives out huge pages unasked.
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::thread::disable_transparent_huge_pages(true) {
        tracing::debug!(%error, "a swipe may wait while a huge page is cleared");
    }
}
