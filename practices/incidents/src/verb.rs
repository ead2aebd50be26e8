use std::fmt;

use serde::{Deserialize, Serialize};

/// Writes [`Verb`] and its texts from one list, so that the doc comment is the help text.
macro_rules! verbs {
    ($(#[doc = $help:literal] $verb:ident $name:literal $label:literal $who:ident;)*) => {
        /// What can be asked of an incident, without data: what the table of allowed moves speaks
        /// of. The order is the order in which commands are offered.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Verb { $(#[doc = $help] $verb,)* }

        impl Verb {
            /// Every verb, in the order in which commands are offered.
            pub const ALL: &[Verb] = &[$(Verb::$verb,)*];

            /// The name in JSON and on the command line.
            pub fn name(self) -> &'static str {
                match self { $(Verb::$verb => $name,)* }
            }

            /// What a button or a menu says.
            pub fn label(self) -> &'static str {
                match self { $(Verb::$verb => $label,)* }
            }

            /// One sentence of help.
            pub fn help(self) -> &'static str {
                match self { $(Verb::$verb => $help.trim_ascii(),)* }
            }

            /// Whether only Operate itself may ask it.
            pub fn system_only(self) -> bool {
                match self { $(Verb::$verb => verbs!(@system $who),)* }
            }
        }
    };
    (@system people) => { false };
    (@system system) => { true };
}

verbs! {
    /// Take it: you look into it, and nobody else is called.
    Acknowledge "acknowledge" "Acknowledge" people;
    /// Charge a team or a person with it.
    Assign "assign" "Assign" people;
    /// Start looking for the cause; also when the cause turned out to be another.
    Diagnose "diagnose" "Start diagnosis" people;
    /// The cause or the course of action is known.
    Ready "ready" "Action known" people;
    /// Start carrying the action out.
    Begin "begin" "Start resolving" people;
    /// The service is back in its agreed state; a workaround counts. The downtime ends.
    Restore "restore" "Mark restored" people;
    /// The work is done: say what kind of cause it had and how it was resolved.
    Resolve "resolve" "Resolve" people;
    /// Finish it.
    Close "close" "Close" people;
    /// Wait for somebody else; it goes back to where it was on resume.
    Hold "hold" "Put on hold" people;
    /// Go on where it was put on hold.
    Resume "resume" "Resume" people;
    /// The service is not back, or broke again for the same cause.
    Reopen "reopen" "Reopen" people;
    /// It was no incident.
    Cancel "cancel" "Cancel" people;
    /// It is the same as another incident: continue there.
    Merge "merge" "Merge into…" people;
    /// Write something down for everybody who works on it.
    Comment "comment" "Comment" people;
    /// Note something that has to be done.
    AddTask "add_task" "Add task" people;
    /// Tick a task off.
    FinishTask "finish_task" "Finish task" people;
    /// Add a link to a runbook, a ticket, a dashboard.
    Link "link" "Add link" people;
    /// Give somebody a role in this incident, or take it back.
    SetRole "set_role" "Set role" people;
    /// Say how much is hit, where the calculation is wrong; without a value it is computed again.
    SetImpact "set_impact" "Set impact" people;
    /// Say how soon it must be dealt with; without a value it is computed again.
    SetUrgency "set_urgency" "Set urgency" people;
    /// Set the priority against the matrix; without a value the matrix decides again.
    OverridePriority "override_priority" "Override priority" people;
    /// Declare a major incident: the team for that is called, beside whoever is called already.
    DeclareMajor "declare_major" "Declare major incident" people;
    /// It is no major incident: it is not proposed again unless more is hit.
    DismissMajor "dismiss_major" "Not major" people;
    /// The major incident gets no worse: what is hit is contained, the work goes on.
    StabiliseMajor "stabilise_major" "Stabilised" people;
    /// It needs the team for major incidents no longer.
    StandDownMajor "stand_down_major" "Stand down" people;
    /// Say what looking back at the major incident together came to.
    ReviewMajor "review_major" "Reviewed" people;
    /// Change title or description.
    Edit "edit" "Edit" people;
    /// Correct one of its times; the earlier value is kept.
    SetTime "set_time" "Correct a time" people;
    /// Record who is affected.
    SetAffected "set_affected" "Record who is affected" people;
    /// Say whether it does not work at all or only not as agreed: contracts count that apart.
    SetService "set_service" "Say how bad it is" people;
    /// The consumer says that it works again.
    ConfirmByConsumer "confirm_by_consumer" "Consumer confirms" people;
    /// It hangs on another incident, and ends with it.
    SetParent "set_parent" "Hangs on…" people;
    /// This alert belongs elsewhere: take it out and do not bring it back.
    Detach "detach" "Detach alert" people;
    /// Open an incident.
    Open "open" "Open incident" people;
    /// Add an alert that has the same cause.
    Attach "attach" "Attach alert" system;
    /// An alert of this incident cleared.
    MemberCleared "member_cleared" "Alert cleared" system;
    /// A cleared alert of this incident fires again.
    MemberReturned "member_returned" "Alert returned" system;
    /// Take over what a merged incident held.
    Absorb "absorb" "Absorb" system;
    /// Take in what the estate says about the items that are hit.
    Assess "assess" "Assess" system;
    /// Take in what contracts have at stake.
    Weigh "weigh" "Weigh contracts" system;
    /// The first page reached somebody.
    Notified "notified" "Notified" system;
    /// So much is hit that a person should declare a major incident, or say that it is none.
    ProposeMajor "propose_major" "Propose major incident" system;
    /// Somebody answered for the team for major incidents.
    MajorAnswered "major_answered" "Major incident answered" system;
    /// Nobody could be called for the major incident.
    MajorUncalled "major_uncalled" "Nobody called for it" system;
    /// Check that it holds, by what is known about alerts and calls.
    Check "check" "Check" system;
    /// The incident on which it hangs is over.
    EndWithParent "end_with_parent" "End with its parent" system;
    /// Whoever took it did nothing for too long, and is called again.
    Lapse "lapse" "Acknowledgement lapses" system;
    /// A deadline of this incident has come.
    Tick "tick" "Wake" system;
}

impl fmt::Display for Verb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
