//! The link of a test: whoever answers it shows that the way reaches them.

use axum::http::StatusCode;
use axum::response::Response;
use connectors::link::{LinkKey, Takes};
use connectors::paging::takes;
use estate::{ContactMethod, Spec};
use kernel::{ItemRef, SpaceId};
use oncall::proof::How;

use super::{Said, raw};
use crate::app::App;
use crate::html::escaped;
use crate::practices::oncall::proofs::{self, store::WayKey};

/// A test that came by a way.
pub(super) struct Test(WayKey);

/// The test that a link is of; nothing when it is of something else, or not good.
pub(super) fn of(app: &App, token: &str) -> Option<Result<Test, Said>> {
    let key = LinkKey::new(&app.keys.links);
    let link = key.verify(token, app.world.now()).ok()?;
    let Takes::Test(mark) = link.takes else { return None };
    let way = link
        .contact
        .parse()
        .ok()
        .and_then(|person| way(app, person, |channel, to| key.way(channel, to) == mark));
    Some(way.map(Test).ok_or_else(|| {
        let text = "This is no longer a way to whoever it was sent to.".to_owned();
        Said { status: StatusCode::NOT_FOUND, title: "Not found", text, found: None }
    }))
}

/// The way of a person that is meant, by its channel and address.
fn way(app: &App, person: ItemRef, is: impl Fn(&str, &str) -> bool) -> Option<WayKey> {
    let estate = app.estate.snapshot(&SpaceId::main());
    let Spec::Person(spec) = &estate.estate.get(&person)?.spec else { return None };
    let devices = estate.estate.devices(&person);
    let mut ways = ContactMethod::ALL.iter().flat_map(|method| spec.reached(*method, devices));
    let (method, to) = ways.find(|(method, to)| is(method.channel(), to))?;
    let (channel, target) = (method.channel().to_owned(), to.to_owned());
    Some(WayKey { person, channel, target })
}

impl Test {
    /// A page with a button: following the link shows nothing, since programs follow links, too.
    pub(super) fn view(&self) -> Response {
        let text = format!(
            "<p>This is a test of how <b>{}</b> is called. Nothing is wrong.</p>\
             <form method=\"post\"><button type=\"submit\">It reached me</button></form>",
            escaped(self.0.person.name())
        );
        raw(StatusCode::OK, "A test", &text, None)
    }

    /// It was answered.
    pub(super) async fn reached(self, app: &App, how: How) -> Said {
        proofs::answered(app, &SpaceId::main(), self.0, how).await;
        let text = "The test was received: this way reaches you.".to_owned();
        Said { status: StatusCode::OK, title: "Received", text, found: None }
    }

    /// What to say of the keys that were pressed, after what they ask for.
    pub(super) async fn pressed(self, app: &App, digits: &str) -> String {
        if !takes(digits) {
            return "The test was not answered.".to_owned();
        }
        self.reached(app, How::Digit).await.text
    }
}
