# The same commands as in .ci/run, by name.

# Lists the commands.
default:
    @just --list

# Runs every test.
test *args:
    cargo test {{ args }}

# Holds format and lints.
lint:
    cargo fmt --check
    cargo clippy --locked --all-targets -- -D warnings

# Formats the code.
fmt:
    cargo fmt

# Runs scenarios: all shipped ones on the virtual module unless told otherwise.
run *args:
    cargo run --release -- run {{ args }}

# Shows which known defects scenarios catch: all shipped ones unless told otherwise.
prove *args:
    cargo run --release -- prove {{ args }}

# Writes the goldens anew; read the difference before you commit it.
bless:
    BLESS=1 cargo test
    git diff --stat tests

# Asks whether the dependencies are what they may be, with the advisories of today.
deny:
    cargo deny check

# Measures.
bench *args:
    cargo bench {{ args }}

# Kills five hundred runs at any moment, and reads what they leave.
kill:
    cargo test --test lost -- --ignored --nocapture

# Does what CI does.
ci:
    bash .ci/run
