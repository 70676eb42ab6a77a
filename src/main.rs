//! The `ridgewalk` program.

fn main() -> std::process::ExitCode {
    ridgewalk::device::settle_libraries();
    ridgewalk::cli::main()
}
