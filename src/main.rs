//! The `ridgewalk` program.

fn main() -> std::process::ExitCode {
    ridgewalk::cli::main()
}
