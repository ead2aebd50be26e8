//! The JSON of every command and every event: a change to what others read is a visible diff.

use std::collections::BTreeMap;
use std::ops::{Range, RangeBounds};
use std::time::Duration;

use kernel::Lifecycle;

use super::laws::{one_in_each_stage, one_of_each};
use super::{DAY, alert, system};
use crate::{Command, Event, describe};

/// Commands by their place as they are written, each of which reads back.
fn commands(places: impl RangeBounds<usize>) -> String {
    let written = |command: Command| {
        let text = serde_json::to_string(&command).unwrap();
        assert_eq!(serde_json::from_str::<Command>(&text).unwrap(), command);
        folded(&text)
    };
    let commands = one_of_each(&one_in_each_stage()[0], DAY).into_iter().enumerate();
    let chosen = commands.filter(|(place, _)| places.contains(place));
    chosen.map(|(_, command)| written(command)).collect::<Vec<_>>().join("\n")
}

#[test]
fn every_earlier_command_is_written_like_this() {
    insta::assert_snapshot!(commands(..23), @r#"
    {"command":"acknowledge","person":"person/ada"}
    {"command":"assign","team":"team/web","assignee":null,"because":null}
    {"command":"diagnose","note":null}
    {"command":"ready","action":"because"}
    {"command":"begin","note":null}
    {"command":"restore","at":null,"note":"restarted"}
    {"command":"resolve","cause_class":"technology","resolution_code":"fixed","note":null,
        "outage_end":null}
    {"command":"close"}
    {"command":"hold","reason":"supplier","note":null}
    {"command":"resume"}
    {"command":"reopen","reason":"because","at":null}
    {"command":"cancel","reason":"because"}
    {"command":"merge","into":"inc_00000000000000000000000033"}
    {"command":"comment","text":"because"}
    {"command":"add_task","title":"because","assignee":null}
    {"command":"finish_task","task":"tsk_01kjkb3q00f2da9fv1pm9fzaz7"}
    {"command":"link","url":"https://a.b/c","title":"because","kind":"ticket"}
    {"command":"set_role","role":"scribe","person":"person/bob"}
    {"command":"set_impact","impact":"high","reason":"because"}
    {"command":"set_urgency","urgency":"low","reason":"because"}
    {"command":"override_priority","priority":"P2","reason":"because"}
    {"command":"declare_major","reason":"because"}
    {"command":"dismiss_major","reason":"because"}
    "#);
}

#[test]
fn every_later_command_is_written_like_this() {
    insta::assert_snapshot!(commands(23..), @r#"
    {"command":"stabilise_major","reason":"because"}
    {"command":"stand_down_major","reason":"because"}
    {"command":"review_major","outcome":"because"}
    {"command":"edit","title":"A title","description":"A description"}
    {"command":"set_time","which":"started","at":"2026-03-01T00:00:00Z","reason":"because"}
    {"command":"set_affected","users":12,"note":null}
    {"command":"set_service","service":"degraded","from":null,"reason":"because"}
    {"command":"confirm_by_consumer","who":"Ada","said":"because"}
    {"command":"set_parent","parent":"inc_00000000000000000000000032","number":98}
    {"command":"detach","alert":"alr_00000000000000000000003jtm","reason":"because"}
    {"command":"open","title":"A title","description":"","number":0,"item":null,
        "severity":null,"impact":null,"urgency":null,"started_at":null,"alert":null,
        "assessment":null,"team":null,"assignee":null,"assigned_because":"",
        "policy":{"matrix":{"cells":{"high":{"high":"P1","medium":"P2","low":"P3"},
        "medium":{"high":"P2","medium":"P3","low":"P4"},"low":{"high":"P3","medium":"P4",
        "low":"P5"}}},"correlation_window_seconds":300,"shared_dependency_hops_max":2,
        "growth_items_min":3,"restore_after_clear_seconds":60,"reopen_window_seconds":3600,
        "reopen_within_days":7,"close_after_resolved_days":3,"unassigned_minutes":5,
        "stage_targets":{"assigned":{"P1":15,"P2":30,"P3":240,"P4":1440,"P5":2880},
        "diagnosing":{"P1":60,"P2":120,"P3":480,"P4":2880,"P5":5760},"action_ready":{"P1":15,
        "P2":30,"P3":240,"P4":1440,"P5":2880},"resolving":{"P1":60,"P2":120,"P3":480,
        "P4":2880,"P5":5760},"restored":{"P1":1440,"P2":2880,"P3":4320,"P4":10080,"P5":20160},
        "on_hold":{"P1":60,"P2":240,"P3":2880,"P4":10080,"P5":20160}},"end_with_parent":true}}
    {"command":"attach","alert":"alr_0000000000000000000000033y","title":"db is down",
        "item":"component/db","severity":"critical","reason":"same item","started_at":null,
        "assessment":null}
    {"command":"member_cleared","alert":"alr_00000000000000000000003jtm",
        "at":"2026-03-01T00:00:00Z"}
    {"command":"member_returned","alert":"alr_00000000000000000000003jtm",
        "at":"2026-03-01T00:00:00Z"}
    {"command":"absorb","child":"inc_0000000000000000000000001a","number":0,
        "members":[{"alert":"alr_00000000000000000000003jtm","title":"web is down",
        "item":"service/web","severity":"critical","reason":"same item","primary":true,
        "joined_at":"2026-03-01T00:00:00Z","cleared_at":null,"detached":false}],
        "beginning":{"started":null,"detected":{"at":"2026-03-01T00:00:00Z",
        "source":"measured"}},"assessment":null,"away_at":"2026-03-01T00:00:00Z"}
    {"command":"assess","hits":[{"item":"usecase/pay","criticality":"mission_critical",
        "root":"service/web","hops":1,"softened":false}],"main":{"item":"service/web",
        "because":"because"}}
    {"command":"weigh","stakes":[{"contract":"servicecontract/web","at_risk":true,
        "because":"because"}]}
    {"command":"notified","at":"2026-03-01T00:00:00Z"}
    {"command":"propose_major","because":"because","grounds":["product/shop"]}
    {"command":"major_answered","by":"person:ada","person":"person/ada"}
    {"command":"major_uncalled","because":"because"}
    {"command":"check","firing":[],"called":true}
    {"command":"end_with_parent","number":98,"cause_class":"technology",
        "resolution_code":"fixed","closed":true}
    {"command":"lapse","because":"because"}
    {"command":"tick"}
    "#);
}

#[test]
fn every_event_from_a_to_l_is_written_like_this() {
    insta::assert_snapshot!(written("a".."m"), @r#"
    {"at":"2026-03-01T00:30:00Z","by":"system:stream","event":"absorbed",
        "child":"inc_0000000000000000000000001a","number":0,"members":[],
        "beginning":{"started":null,"detected":{"at":"2026-03-01T00:00:00Z",
        "source":"measured"}}}
    {"at":"2026-03-01T00:30:00Z","by":"system:stream","event":"acknowledged",
        "acknowledged_by":"system:stream","acknowledged_at":"2026-03-01T00:30:00Z"}
    {"at":"2026-03-01T00:30:00Z","by":"system:stream","event":"acknowledgement_lapsed",
        "because":"because"}
    {"at":"2026-03-01T00:30:00Z","by":"system:stream","event":"action_chosen",
        "action":"because"}
    {"at":"2026-03-01T00:30:00Z","by":"system:stream","event":"affected_set","users":12,
        "note":""}
    {"at":"2026-03-01T00:30:00Z","by":"system:stream","event":"assessed",
        "hits":[{"item":"usecase/pay","criticality":"mission_critical","root":"service/web",
        "hops":1,"softened":false}],"usecases":["usecase/pay"],"products":[],"services":[]}
    {"at":"2026-03-01T00:30:00Z","by":"system:stream","event":"assigned","team":null,
        "assignee":"person/ada","because":"acknowledged it"}
    {"at":"2026-03-01T00:00:00Z","by":"system:stream","event":"attached",
        "member":{"alert":"alr_00000000000000000000003jtm","title":"web is down",
        "item":"service/web","severity":"critical","reason":"same item","primary":false,
        "joined_at":"2026-03-01T00:00:00Z","cleared_at":null,"detached":false}}
    {"at":"2026-03-01T00:30:00Z","by":"system:stream","event":"cancelled","reason":"because"}
    {"at":"2026-03-01T00:30:00Z","by":"system:stream","event":"checked","stage":"restored",
        "checks":[{"name":"alerts_clear","passed":false,
        "detail":"its alert still fires: web is down"},{"name":"services_clear","passed":true,
        "detail":"nothing else fires on what was hit"},{"name":"page_answered","passed":true,
        "detail":"person:ada answered"}]}
    {"at":"2026-03-01T00:30:00Z","by":"system:stream","event":"closed","because":""}
    {"at":"2026-03-01T00:30:00Z","by":"system:stream","event":"commented","text":"because"}
    {"at":"2026-03-01T00:30:00Z","by":"system:stream","event":"consumer_confirmed",
        "who":"Ada","said":"because"}
    {"at":"2026-03-01T00:30:00Z","by":"system:stream","event":"detached",
        "alert":"alr_00000000000000000000003jtm","reason":"because"}
    {"at":"2026-03-01T00:30:00Z","by":"system:stream","event":"diagnosis_started","note":""}
    {"at":"2026-03-01T00:30:00Z","by":"system:stream","event":"edited","title":"A title",
        "description":"A description"}
    {"at":"2026-03-01T00:30:00Z","by":"system:stream","event":"held","reason":"supplier",
        "note":""}
    {"at":"2026-03-01T00:30:00Z","by":"system:stream","event":"impact_set","impact":"high",
        "reason":"because"}
    {"at":"2026-03-01T00:30:00Z","by":"system:stream","event":"linked","url":"https://a.b/c",
        "title":"because","kind":"ticket"}
    "#);
}

#[test]
fn every_event_from_m_to_o_is_written_like_this() {
    insta::assert_snapshot!(written("m".."p"), @r#"
    {"at":"2026-03-01T00:30:00Z","by":"system:stream","event":"main_item_chosen",
        "item":"service/web","because":"because","title":null}
    {"at":"2026-03-01T00:30:00Z","by":"system:stream","event":"major_answered",
        "answered_by":"person:ada"}
    {"at":"2026-03-01T00:30:00Z","by":"system:stream","event":"major_declared",
        "reason":"because"}
    {"at":"2026-03-01T00:30:00Z","by":"system:stream","event":"major_dismissed",
        "reason":"the incident is restored"}
    {"at":"2026-03-01T00:30:00Z","by":"system:stream","event":"major_proposed",
        "because":"because","grounds":["product/shop"]}
    {"at":"2026-03-01T00:30:00Z","by":"system:stream","event":"major_reviewed",
        "outcome":"because"}
    {"at":"2026-03-01T00:30:00Z","by":"system:stream","event":"major_stabilised",
        "reason":"because"}
    {"at":"2026-03-01T00:30:00Z","by":"system:stream","event":"major_stood_down",
        "reason":"the incident is cancelled"}
    {"at":"2026-03-01T00:30:00Z","by":"system:stream","event":"major_uncalled",
        "because":"because"}
    {"at":"2026-03-01T00:30:00Z","by":"system:stream","event":"member_cleared",
        "alert":"alr_00000000000000000000003jtm","title":"web is down",
        "cleared_at":"2026-03-01T00:30:00Z"}
    {"at":"2026-03-01T00:30:00Z","by":"system:stream","event":"member_returned",
        "alert":"alr_00000000000000000000003jtm","title":"web is down",
        "returned_at":"2026-03-01T00:30:00Z"}
    {"at":"2026-03-01T00:30:00Z","by":"system:stream","event":"merged",
        "into":"inc_00000000000000000000000033"}
    {"at":"2026-03-01T00:30:00Z","by":"system:stream","event":"notified",
        "notified_at":"2026-03-01T00:30:00Z"}
    {"at":"2026-03-01T00:00:00Z","by":"system:stream","event":"opened","number":0,
        "title":"web is down","titled_by_hand":false,"description":"","item":null,
        "severity":"critical","started":null,"detected":{"at":"2026-03-01T00:00:00Z",
        "source":"measured"},"reported":null,"policy":{"matrix":{"cells":{"high":{"high":"P1",
        "medium":"P2","low":"P3"},"medium":{"high":"P2","medium":"P3","low":"P4"},
        "low":{"high":"P3","medium":"P4","low":"P5"}}},"correlation_window_seconds":300,
        "shared_dependency_hops_max":2,"growth_items_min":3,"restore_after_clear_seconds":60,
        "reopen_window_seconds":3600,"reopen_within_days":7,"close_after_resolved_days":3,
        "unassigned_minutes":5,"stage_targets":{"assigned":{"P1":15,"P2":30,"P3":240,
        "P4":1440,"P5":2880},"diagnosing":{"P1":60,"P2":120,"P3":480,"P4":2880,"P5":5760},
        "action_ready":{"P1":15,"P2":30,"P3":240,"P4":1440,"P5":2880},"resolving":{"P1":60,
        "P2":120,"P3":480,"P4":2880,"P5":5760},"restored":{"P1":1440,"P2":2880,"P3":4320,
        "P4":10080,"P5":20160},"on_hold":{"P1":60,"P2":240,"P3":2880,"P4":10080,"P5":20160}},
        "end_with_parent":true}}
    "#);
}

#[test]
fn every_event_from_p_to_z_is_written_like_this() {
    insta::assert_snapshot!(written("p".."z"), @r#"
    {"at":"2026-03-01T00:30:00Z","by":"system:stream","event":"parent_ended","number":98,
        "closed":true,"stays_because":"1 alert still fires here: it ends when they clear"}
    {"at":"2026-03-01T00:30:00Z","by":"system:stream","event":"parent_set",
        "parent":"inc_00000000000000000000000032","number":98}
    {"at":"2026-03-01T00:00:00Z","by":"system:stream","event":"prioritised","impact":"medium",
        "urgency":"high","priority":"P2","lines":[{"step":"impact","value":"medium",
        "because":"nothing is known of what is hit"},{"step":"urgency","value":"high",
        "because":"the severity is critical"},{"step":"priority","value":"P2",
        "because":"the matrix gives P2 for medium impact and high urgency"}]}
    {"at":"2026-03-01T00:30:00Z","by":"system:stream","event":"priority_overridden",
        "priority":"P2","reason":"because"}
    {"at":"2026-03-01T00:30:00Z","by":"system:stream","event":"relapsed",
        "relapsed_at":"2026-03-01T00:30:00Z","to":"diagnosing","because":"because"}
    {"at":"2026-03-01T00:30:00Z","by":"system:stream","event":"reopened",
        "relapsed_at":"2026-03-01T00:30:00Z","reason":"because"}
    {"at":"2026-03-01T00:30:00Z","by":"system:stream","event":"resolved",
        "cause_class":"technology","resolution_code":"fixed","note":""}
    {"at":"2026-03-01T00:30:00Z","by":"system:stream","event":"resolving_started","note":""}
    {"at":"2026-03-01T00:30:00Z","by":"system:stream","event":"restored",
        "restored_at":"2026-03-01T00:30:00Z","source":"measured","because":"restarted"}
    {"at":"2026-03-01T00:30:00Z","by":"system:stream","event":"resumed"}
    {"at":"2026-03-01T00:30:00Z","by":"system:stream","event":"role_set","role":"scribe",
        "person":"person/bob"}
    {"at":"2026-03-01T00:30:00Z","by":"system:stream","event":"service_set",
        "service":"degraded","from":"2026-03-01T00:00:00Z","reason":"because"}
    {"at":"2026-03-01T00:30:00Z","by":"system:stream","event":"stage_due_soon",
        "target_minutes":30,"due_at":"2026-03-01T00:31:00Z"}
    {"at":"2026-03-03T00:00:00Z","by":"system:stream","event":"stage_overdue",
        "target_minutes":30}
    {"at":"2026-03-01T00:00:00Z","by":"person:ada","event":"task_added",
        "task":"tsk_01kjkb3q00f2da9fv1pm9fzaz7","title":"look","assignee":null}
    {"at":"2026-03-01T00:30:00Z","by":"system:stream","event":"task_finished",
        "task":"tsk_01kjkb3q00f2da9fv1pm9fzaz7"}
    {"at":"2026-03-01T00:30:00Z","by":"system:stream","event":"time_set","which":"started",
        "stamp":{"at":"2026-03-01T00:00:00Z","source":"entered"},"before":null,
        "reason":"because"}
    {"at":"2026-03-01T00:30:00Z","by":"system:stream","event":"unassigned_too_long",
        "minutes":5}
    {"at":"2026-03-01T00:30:00Z","by":"system:stream","event":"urgency_set","urgency":"low",
        "reason":"because"}
    {"at":"2026-03-01T00:30:00Z","by":"system:stream","event":"weighed",
        "stakes":[{"contract":"servicecontract/web","at_risk":true,"because":"because"}]}
    "#);
}

/// The JSON of one event of each name in the range.
fn written(names: Range<&str>) -> String {
    let mut first_of_each: BTreeMap<&str, String> = BTreeMap::new();
    for event in one_of_each_event() {
        let text = serde_json::to_string(&event).unwrap();
        assert_eq!(serde_json::from_str::<Event>(&text).unwrap(), event);
        if names.contains(&event.what.name()) {
            first_of_each.entry(event.what.name()).or_insert(folded(&text));
        }
    }
    first_of_each.into_values().collect::<Vec<_>>().join("\n")
}

#[test]
fn every_event_is_described_like_this() {
    let mut first_of_each: BTreeMap<&str, String> = BTreeMap::new();
    for event in one_of_each_event() {
        first_of_each.entry(event.what.name()).or_insert(describe(&event));
    }
    let lines: Vec<String> = first_of_each.into_values().collect();
    insta::assert_snapshot!(lines.join("\n"), @r"
    Took over incident 0 and its alerts (0)
    Acknowledged
    Acknowledgement lapsed: because
    Chose what to do: because
    Recorded 12 affected users
    Found what is hit, most of all usecase/pay
    Assigned to person/ada: acknowledged it
    Attached alert “web is down”: same item
    Cancelled: because
    Checked that it holds: 1 of 3 checks failed: its alert still fires: web is down
    Closed
    Commented: because
    Ada confirmed that it works again: because
    Detached an alert: because
    Started the diagnosis
    Changed the title: A title
    Put on hold, waiting for a supplier
    Set the impact to high: because
    Added a link: because
    Likely cause is service/web: because
    ada answered for the major-incident team
    Declared a major incident: because
    Not a major incident: the incident is restored
    Proposed as a major incident: because
    Reviewed the major incident: because
    Stabilised the major incident: because
    Stood down the major incident: the incident is cancelled
    Nobody answers for the major incident: because
    Alert “web is down” cleared
    Alert “web is down” returned
    Merged into inc_00000000000000000000000033
    First page reached somebody
    Opened: web is down
    Incident 98, to which it belongs, was closed; 1 alert still fires here: it ends when they clear
    Hangs on incident 98
    Priority P2: medium impact, high urgency
    Set the priority to P2: because
    Service broke again: because
    Reopened: because
    Resolved
    Started resolving
    Service restored: restarted
    Resumed
    Made person/bob scribe
    Said that it was degraded from 2026-03-01T00:00:00Z on: because
    Warning: most of the 30 min that it may stay in this stage are over
    Warning: in this stage for longer than the 30 min that it may be
    Added a task: look
    Finished a task
    Corrected started to 2026-03-01T00:00:00Z: because
    Warning: nobody has been charged with it for 5 minutes
    Set the urgency to low: because
    A penalty is near: because
    ");
}

/// What every command leads to in every stage: at least one event of each kind.
fn one_of_each_event() -> Vec<Event> {
    let moment = system(DAY + Duration::from_secs(1_800));
    let mut lives = one_in_each_stage();
    let clear = Command::MemberCleared { alert: alert("web"), at: moment.now };
    let mut cleared = lives[0].clone();
    cleared.ask(&clear, &moment).expect("a member clears");
    lives.push(cleared);
    let mut events = Vec::new();
    for life in lives {
        let decided = one_of_each(&life, moment.now)
            .into_iter()
            .filter_map(|command| life.record.decide(&command, &moment).ok())
            .flatten();
        events.extend(life.journal.iter().cloned().chain(decided));
        let days_later = system(DAY + Duration::from_secs(2 * 86_400));
        events.extend(life.record.decide(&Command::Tick {}, &days_later).into_iter().flatten());
    }
    events
}

/// Breaks a long line after a comma, so that a diff stays readable.
fn folded(json: &str) -> String {
    let mut text = String::new();
    let mut column = 0;
    for part in json.split_inclusive(',') {
        if column + part.len() > 90 {
            text.push_str("\n    ");
            column = 4;
        }
        text.push_str(part);
        column += part.len();
    }
    text
}
