//! Pauses of loads and of whoever asks again: the one place where tests sleep. A load has its rate, and
//! what is awaited in another process can only be asked for; nothing here waits in the hope that
//! something has happened by then.

use std::time::Duration;

/// Between two messages, or between two questions.
pub fn pause(length: Duration) {
    std::thread::sleep(length);
}
