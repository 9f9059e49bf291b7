//! What silence means when the port was away: nothing could come, so it is not the module's fault.

use crate::duration::show;
use crate::fault::Trouble;
use crate::moment::Moment;
use crate::run::session::Session;

/// Judges `trouble` of something that was awaited from `start` on and has not come. Without a port
/// it is the rig's; after a gap that is over, the gap is told beside it.
pub(crate) fn excused(trouble: Trouble, start: Moment, session: &Session) -> Trouble {
    let Some(gap) = session.gap() else { return trouble };
    let since = session.age(gap.since);
    match gap.until {
        None => {
            let length = show(session.now().since(gap.since));
            let note = format!("the port has been gone for {length}, since {since} s: {}", gap.why);
            let trouble = match trouble {
                Trouble::Failed(diagnostic) => Trouble::Broken(diagnostic),
                Trouble::Broken(_) | Trouble::Interrupted => trouble,
            };
            trouble.note(note)
        }
        Some(until) if until >= start => {
            let until = session.age(until);
            trouble.note(format!(
                "the port was gone from {since} s to {until} s: what the module said then is lost"
            ))
        }
        Some(_) => trouble,
    }
}
