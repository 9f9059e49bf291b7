//! The HTML report: one file that needs nothing else, for the person who asks in the morning.
//!
//! A [`Builder`] is given the entries of all journals in one reading. What a test has said is
//! rendered as soon as it has ended, packed, and dropped, so that a night of tests takes little
//! memory; the packed details lie in the page as data, and the page's script unpacks the one that
//! is looked at. All else stands in the page as it is, and needs no script.
//!
//! Whatever comes out of a journal may have been said by a device. It goes through the templates
//! (`askama.toml`), whose escaper lets nothing act, and the page's own policy forbids every script
//! but ours, and every request.

mod causes;
mod detail;
mod drawn;
mod folded;
mod kept;
mod listing;
mod meanings;
mod measured;
mod page;
mod talk;
mod waterfall;
mod words;

use std::collections::{BTreeMap, HashMap};
use std::io::{self, Write};
use std::sync::Arc;

use crate::at::Dialect;
use crate::journal::{Entry, Event};
use crate::profile::Profile;
use crate::report::html::detail::{Detail, Ear};
use crate::report::html::folded::{Folded, Spot, Worth};
use crate::report::html::meanings::Meanings;
use crate::report::html::page::Page;
use crate::tally::Tally;
use crate::transcript::Transcript;

pub use page::STYLE;

/// Finds a profile by its name, for what lines mean; nothing when it is not there any more.
pub type Profiles = Box<dyn Fn(&str) -> Option<Arc<Profile>>>;

/// A test of all runs: which run, and its number in there.
type Key = (usize, usize);

/// Gathers a page while entries come.
pub struct Builder {
    profiles: Profiles,
    known: HashMap<String, Option<Arc<Profile>>>,
    /// The run that is read, from 0, once one has begun.
    run: Option<usize>,
    /// Tests of this run so far.
    begun: usize,
    /// Each rig of the run; a single rig has no name.
    rigs: BTreeMap<String, Desk>,
    meanings: Meanings,
    folded: Folded,
    spots: HashMap<Key, Spot>,
}

/// A rig, and the test that is going on there.
struct Desk {
    transcript: Transcript,
    profile: Option<Arc<Profile>>,
    test: Option<(Key, Detail)>,
}

impl Builder {
    pub fn new(profiles: Profiles) -> Builder {
        Builder {
            profiles,
            known: HashMap::new(),
            run: None,
            begun: 0,
            rigs: BTreeMap::new(),
            meanings: Meanings::default(),
            folded: Folded::default(),
            spots: HashMap::new(),
        }
    }

    /// What follows is the next run, in the order of [`Tally::runs`].
    pub fn begin_run(&mut self) {
        self.cut();
        self.run = Some(self.run.map_or(0, |run| run + 1));
        self.begun = 0;
        self.rigs.clear();
    }

    /// Takes one entry in.
    pub fn hear(&mut self, entry: &Entry<'_>) {
        let run = *self.run.get_or_insert(0);
        let on = entry.on.as_deref().unwrap_or_default();
        if let Event::RigReady(rig) = &entry.is {
            let profile = self.profile(&rig.profile);
            self.rigs.insert(on.to_owned(), Desk::new(profile));
        }
        if !self.rigs.contains_key(on) {
            self.rigs.insert(on.to_owned(), Desk::new(None));
        }
        let desk = self.rigs.get_mut(on).expect("it was just put there");
        if let Event::TestStarted(_) = &entry.is {
            let last = desk.test.replace(((run, self.begun), Detail::begun(entry.ns)));
            self.begun += 1;
            if let Some((key, detail)) = last {
                self.fold(key, &detail);
            }
        }
        let Some(desk) = self.rigs.get_mut(on) else { return };
        let Some((_, detail)) = &mut desk.test else { return };
        let (transcript, meanings) = (&mut desk.transcript, &mut self.meanings);
        let mut ear = Ear { transcript, profile: desk.profile.as_ref(), meanings };
        detail.hear(entry, &mut ear);
        if let Event::TestEnded { .. } = &entry.is
            && let Some((key, detail)) = desk.test.take()
        {
            self.fold(key, &detail);
        }
    }

    /// Tests that go on now have no end in their journal.
    fn cut(&mut self) {
        let open = self.rigs.values_mut().filter_map(|desk| desk.test.take());
        for (key, detail) in open.collect::<Vec<_>>() {
            self.fold(key, &detail);
        }
    }

    fn fold(&mut self, key: Key, detail: &Detail) {
        let worth = if detail.has_passed() { Worth::Usual } else { Worth::High };
        if !self.folded.has_room(worth) {
            return;
        }
        if let Some(html) = detail.rendered(&self.meanings) {
            self.spots.insert(key, self.folded.put(&html));
        }
    }

    fn profile(&mut self, name: &str) -> Option<Arc<Profile>> {
        if let Some(known) = self.known.get(name) {
            return known.clone();
        }
        let found = (self.profiles)(name);
        self.known.insert(name.to_owned(), found.clone());
        found
    }

    /// Nothing more comes.
    pub fn end(&mut self) {
        self.cut();
        self.folded.close();
    }

    /// Writes the page; `journals` are the files that it was read from, as people name them.
    pub fn write(&self, tally: &Tally, journals: &[String], out: &mut dyn Write) -> io::Result<()> {
        Page::of(self, tally, journals).write(out)
    }
}

impl Desk {
    fn new(profile: Option<Arc<Profile>>) -> Desk {
        let dialect = profile.as_ref().map(|profile| Arc::clone(&profile.dialect));
        let dialect = dialect.unwrap_or_else(|| Arc::new(Dialect::default()));
        Desk { transcript: Transcript::new(&dialect), profile, test: None }
    }
}
