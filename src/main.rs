//! The `onecard` program. Everything it does is in the library; see `cli`.

/// A swipe makes and frees some hundred small pieces of memory on its way to the gate.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    onecard::cli::run()
}
