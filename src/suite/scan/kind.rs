//! What a serial port may be, by the vendor of its USB device.

use std::fmt;

use crate::world::real::Listed;

/// What is at a port, as far as USB tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A module's own USB.
    Module,
    /// A serial adapter, by its chip: a module can be behind it, or anything else.
    Adapter(&'static str),
    /// A relay board of Numato Lab.
    RelayBoard,
    /// Another USB device.
    Other,
    /// A port of this machine's board, or one that USB knows nothing of.
    Plain,
}

/// Vendors as usb.ids has them (<http://www.linux-usb.org/usb.ids>).
const VENDORS: [(u16, Kind); 6] = [
    (0x1199, Kind::Module),
    (0x0403, Kind::Adapter("FTDI")),
    (0x10c4, Kind::Adapter("CP210x")),
    (0x067b, Kind::Adapter("PL2303")),
    (0x1a86, Kind::Adapter(CH340)),
    (0x2a19, Kind::RelayBoard),
];

/// Its maker's chips are also on cheap relay boards.
const CH340: &str = "CH340";

impl Kind {
    pub(super) fn of(listed: &Listed) -> Kind {
        let Some(usb) = &listed.usb else { return Kind::Plain };
        let known = VENDORS.into_iter().find(|(vendor, _)| *vendor == usb.vendor);
        known.map_or(Kind::Other, |(_, kind)| kind)
    }

    /// Whether a module can be there. What a relay board makes of `AT` nobody needs to know.
    pub(super) fn can_be_asked(self) -> bool {
        match self {
            Kind::Module | Kind::Adapter(_) | Kind::Other | Kind::Plain => true,
            Kind::RelayBoard => false,
        }
    }

    /// Whether it may be a relay board of the LCUS kind.
    pub(super) fn may_be_lcus(self) -> bool {
        self == Kind::Adapter(CH340)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Kind::Module => f.write_str("a module's own USB"),
            Kind::Adapter(CH340) => f.write_str("a CH340 adapter, or a relay board of LCUS kind"),
            Kind::Adapter(chip) => write!(f, "a serial adapter ({chip})"),
            Kind::RelayBoard => f.write_str("a relay board (Numato)"),
            Kind::Other => f.write_str("a USB device"),
            Kind::Plain => f.write_str("a serial port"),
        }
    }
}
