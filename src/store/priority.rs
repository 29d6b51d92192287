//! How much of a processor the threads of the store get beside the arbiter, on which gates wait.
//!
//! On Linux, where that is a thread's own; elsewhere nothing is changed.

/// How much less of a contended processor a writer gets than the arbiter, as a nice value.
#[cfg(target_os = "linux")]
const NICENESS: i32 = 10;

/// Lets the arbiter go first on a busy machine, and goes on beside it: acknowledgements wait for the
/// disk.
pub(super) fn lower() {
    #[cfg(target_os = "linux")]
    if let Err(error) =
        rustix::process::setpriority_process(Some(rustix::thread::gettid()), NICENESS)
    {
        tracing::debug!(%error, "a writer runs at the same priority as the arbiter");
    }
}

/// Leaves the processor to whoever is woken on it, at once; gets next to nothing of a busy one.
///
/// A thread that is only nice may finish its slice of some 3 ms first, though another processor has
/// nothing to do. Not for a thread that anybody waits for, and not while it holds what others need.
pub(super) fn lowest() {
    #[cfg(target_os = "linux")]
    {
        use thread_priority::{
            NormalThreadSchedulePolicy, ThreadPriority, ThreadSchedulePolicy,
            set_thread_priority_and_policy, thread_native_id,
        };
        let idle = ThreadSchedulePolicy::Normal(NormalThreadSchedulePolicy::Idle);
        let set = set_thread_priority_and_policy(thread_native_id(), ThreadPriority::Min, idle);
        if let Err(error) = set {
            tracing::debug!(%error, "bringing logs over competes with the arbiter");
        }
    }
}
