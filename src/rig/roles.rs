//! What can be asked of a rig beside its port: the roles, and the methods that all rigs name alike.

/// The role that tells where the module is. The runner asks it at the beginning and at the end; a
/// scenario never does.
pub const LAB: &str = "lab";

/// The role of a module's supply.
pub const POWER: &str = "power";

/// Each role with its methods. A plugin may have more, and fill roles of its own.
const ROLES: [(&str, &[&str]); 4] = [
    (POWER, &["off", "on", "reset", "wake"]),
    ("network", &["drop_context", "down", "release_nat", "set", "up"]),
    (
        "cloud",
        &[
            "allow",
            "cancel",
            "fail_download",
            "install",
            "refuse",
            "register",
            "rotate",
            "state",
            "unregister",
        ],
    ),
    // Only a virtual module has it: what a real one is like cannot be wished.
    ("module", &["credentials", "defect", "firmware", "noise", "pin", "send", "state", "switch"]),
];

/// The names of all roles.
pub fn roles() -> impl Iterator<Item = &'static str> + Clone {
    ROLES.iter().map(|(role, _)| *role)
}

/// The methods of a role; none when it is not known.
pub fn methods_of(role: &str) -> &'static [&'static str] {
    ROLES.iter().find(|(name, _)| *name == role).map_or(&[], |(_, methods)| methods)
}
