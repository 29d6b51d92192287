//! The `onecard` program. Everything it does is in the library; see `cli`.

fn main() -> std::process::ExitCode {
    onecard::cli::run()
}
