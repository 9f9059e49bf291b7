//! Calls that are refused: with a sentence, and without a trace.

use fotarig::moment::Moment;
use fotarig::package::Package;
use fotarig::sim::{Module, PackageShelf};
use serde_json::{Value, json};

use crate::bench::{demo_package, provisioned};

struct NoShelf;

impl PackageShelf for NoShelf {
    fn fetch(&self, name: &str) -> Result<Package, String> {
        Err(format!("there is no `{name}`"))
    }
}

fn refusal(module: &mut Module, call: (&str, &str), params: &Value) -> String {
    let answer = module.call(Moment::START, call, params, &NoShelf);
    answer.expect_err(&format!("{call:?} {params}")).0
}

fn state(module: &mut Module) -> [Value; 2] {
    ["module", "cloud"].map(|role| {
        let answer = module.call(Moment::START, (role, "state"), &Value::Null, &NoShelf);
        answer.expect("it has a state")
    })
}

#[test]
fn packages_beyond_the_limits() {
    let mut module = Module::new(&provisioned(), &demo_package(), 1);
    let before = state(&mut module);
    let package = |from: &str, to: &str, size: u64| {
        let package = json!({"from": from, "to": to, "kind": "full", "size": size});
        json!({ "package": package })
    };
    for (params, words) in [
        (package("A", "B\r\nOK\0", 9), r"`B\r\nOK\0` cannot be a firmware version"),
        (package("A", "", 9), "nothing at all cannot be a firmware version"),
        (package("A B", "C", 9), "`A B` cannot be a firmware version"),
        (package("A", &"x".repeat(65), 9), "write 1 to 64 visible ASCII characters"),
        (package("A", "B", 0), "a package of 0 bytes is none: at least 1 byte"),
        (package("A", "B", (64 << 20) + 1), "does not fit into any module: at most 64 MiB"),
        (package("A", "B", u64::MAX), "does not fit into any module"),
    ] {
        let text = refusal(&mut module, ("cloud", "install"), &params);
        assert!(text.contains(words), "{text}");
    }
    assert_eq!(state(&mut module), before);
}

#[test]
fn names_and_numbers_that_are_not_known() {
    let mut module = Module::new(&provisioned(), &demo_package(), 1);
    for (call, params, sentence) in [
        (("power", "rest"), json!({}), "`power` has no method `rest`; did you mean `reset`?"),
        (("cloudy", "install"), json!({}), "there is no role `cloudy`; did you mean `cloud`?"),
        (
            ("network", "set"),
            json!({"link_bits_per_second": 0, "nat": "never"}),
            "a link needs at least 1 bit per second; `network down` cuts it",
        ),
        (
            ("module", "defect"),
            json!({"name": "brik", "on": true}),
            "there is no defect `brik`; did you mean `brick`?",
        ),
        (
            ("module", "switch"),
            json!({"name": "wdsd", "value": "gone"}),
            "`wdsd` cannot be `gone`; it is `present` or `absent`",
        ),
    ] {
        assert_eq!(refusal(&mut module, call, &params), sentence);
    }
}
