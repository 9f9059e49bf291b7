//! A world with a real port and with roles: the served module's, past its control socket.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;

use fotarig::fault::Broken;
use fotarig::moment::Moment;
use fotarig::world::real::Real;
use fotarig::world::{Wake, World};
use serde_json::{Value, json};

/// What a rig offers beside its port.
pub(crate) type Roles = &'static [&'static str];

/// All roles of the virtual module.
pub(crate) const ALL_ROLES: Roles = &["power", "network", "cloud", "module"];

/// What a well-equipped bench has: what a real module is like cannot be wished.
pub(crate) const BENCH_ROLES: Roles = &["power", "network", "cloud"];

/// The crate's own real world, with roles as plugins would fill them.
pub(crate) struct Equipped {
    port: Real,
    control: BufReader<UnixStream>,
    roles: Roles,
}

impl Equipped {
    pub(crate) fn new(port: Real, control: &Path, roles: Roles) -> Result<Equipped, Broken> {
        let control = UnixStream::connect(control).map_err(|error| lost(&error))?;
        Ok(Equipped { port, control: BufReader::new(control), roles })
    }

    fn ask(&mut self, request: &Value) -> std::io::Result<Value> {
        writeln!(self.control.get_mut(), "{request}")?;
        let mut answer = String::new();
        self.control.read_line(&mut answer)?;
        Ok(serde_json::from_str(&answer)?)
    }
}

impl World for Equipped {
    fn now(&self) -> Moment {
        self.port.now()
    }

    fn write(&mut self, bytes: &[u8]) -> Result<Moment, Broken> {
        self.port.write(bytes)
    }

    fn wait(&mut self, until: Moment) -> Result<Wake, Broken> {
        self.port.wait(until)
    }

    fn call(&mut self, role: &str, method: &str, params: &Value) -> Result<Value, Broken> {
        if !self.offers(role) {
            return self.port.call(role, method, params);
        }
        let request = json!({ "role": role, "method": method, "params": params });
        let mut answer = self.ask(&request).map_err(|error| lost(&error))?;
        match answer["error"].as_str() {
            Some(refusal) => Err(Broken::new(format!("the served module: {refusal}"))),
            None => Ok(answer["result"].take()),
        }
    }

    fn offers(&self, role: &str) -> bool {
        self.roles.contains(&role)
    }

    fn usable(&self) -> bool {
        self.port.usable()
    }

    fn port_is_there(&self) -> bool {
        self.port.port_is_there()
    }
}

fn lost(error: &std::io::Error) -> Broken {
    Broken::new(format!("the control socket is gone: {error}"))
}
