//! What a call says.

use kernel::Message;
use serde_json::json;

use crate::event::Calling;
use crate::{Page, Purpose};

impl Page {
    /// The message of a call: everything that a connector needs to write it.
    pub(crate) fn message(
        &self,
        call: &Calling,
        (step, round): (u32, u32),
        purpose: Purpose,
    ) -> Message {
        let mut body = json!({
            "kind": "page",
            "page": self.id,
            "incident": self.incident,
            "number": self.summary.number,
            "title": self.summary.title,
            "priority": self.summary.priority,
            "service": self.summary.service,
            "url_path": self.summary.url_path,
            "policy": self.policy,
            "contact": call.to.contact,
            "step": step,
            "round": round,
            "started_at": self.started_at,
        });
        if self.is_major() {
            body["major"] = json!(true);
        }
        match (purpose, &self.handover) {
            (Purpose::HandOver, Some(over)) => {
                body["handed_over"] = json!({ "by": over.by.name(), "reason": over.reason });
            }
            (Purpose::Kept, _) => body["kept"] = json!(true),
            _ => {}
        }
        Message {
            id: call.message,
            channel: call.to.channel.clone(),
            target: call.to.target.clone(),
            body,
        }
    }
}
