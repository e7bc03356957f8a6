//! Applications: pills with what they are, what they do, and the button that makes them do it.

use std::sync::Arc;

use crate::client::behaviour::Job;
use crate::client::{Behaviour, Call, Client, Doing};
use crate::kernel::{ProcId, Time};
use crate::view::a11y;
use crate::view::cast::Cast;
use crate::view::doing;
use crate::view::entity::Entity;
use crate::view::faults::mark;
use crate::view::frame::{
    Anchor, AppButton, AppIcon, AppPill, Label, Point, Rect, TextStyle, UpState, WorkRing,
};
use crate::view::layout::{Places, Side};
use crate::view::palette::Token;
use crate::view::room::{Room, fit, plate};
use crate::world::{ClientSpec, Role};

use super::{View, up_state};

/// An app's place.
#[derive(Debug, Clone, Copy)]
pub(super) struct AppPlace {
    process: ProcId,
    cluster: usize,
    place: usize,
}

/// Gives apps their places.
pub(super) fn places(cast: Cast<'_>, places: &mut Places) -> Vec<AppPlace> {
    let world = cast.world();
    cast.apps()
        .filter_map(|process| {
            let cluster = world.cluster_of(process)?;
            let side = match role(cast, process) {
                Role::Publisher => Side::Left,
                Role::Subscriber | Role::Worker => Side::Right,
                Role::Console | Role::Wire => Side::Middle,
            };
            let name: Arc<str> = world.name(process).into();
            Some(AppPlace { process, cluster, place: places.app(cluster, &name, side)? })
        })
        .collect()
}

/// Draws all apps.
pub(super) fn draw(view: View<'_>, room: &mut Room, places: &[AppPlace]) -> Vec<AppPill> {
    places.iter().filter_map(|place| app(view, room, *place)).collect()
}

fn app(view: View<'_>, room: &mut Room, place: AppPlace) -> Option<AppPill> {
    let world = view.cast.world();
    let process = place.process;
    let client = world.client(process);
    let rect = *view.layout.clusters.get(place.cluster)?.apps.get(place.place)?;
    let folded = view.layout.clusters.get(place.cluster).is_some_and(|cluster| cluster.folded);
    let spec = view.cast.spec(process);
    let state = up_state(world.sim().state(process));
    room.take(rect);
    let mut button = spec.and_then(|spec| button(spec, rect, state == UpState::Up));
    if let (Some(button), true) = (&mut button, folded) {
        button.rect = rect.grow(-1.0);
    }
    let work = client.filter(|_| !folded).and_then(|client| work(client, world.now(), rect));
    let right = match (&button, &work) {
        (Some(button), _) => button.rect.x - 4.0,
        (None, Some(ring)) => ring.centre.x - RING - 4.0,
        (None, None) => rect.right() - 8.0,
    };
    // In a narrow pill the button tells enough of what it is, and the whole of a name more than an icon.
    let name = TextStyle::Name.width(world.short_name(process));
    let left = rect.x
        + match (rect.w < NARROW, &button) {
            (true, Some(_)) => 10.0,
            (true, None) if name > right - rect.x - 29.0 => 10.0,
            (true, None) => 29.0,
            _ => 34.0,
        };
    let low = rect.h < LOW;
    let label = |text: &str, y: f64, style: TextStyle, tone: Token| Label {
        // Of an app of a summary there is the icon only.
        text: if folded { String::new() } else { fit(text, style, right - left) },
        at: Point::new(if folded { rect.right() } else { left }, rect.y + y),
        anchor: Anchor::Start,
        style,
        tone,
    };
    let does = does(spec, role(view.cast, process), client);
    let entity = Entity::App(process);
    let mut pill = AppPill {
        selected: view.selected.is_focus(&entity),
        highlighted: view.pointed.process(process),
        entity,
        process,
        rect,
        icon: icon(view.cast, process, client),
        leads: client.and_then(Client::knowledge).is_some_and(|known| known.leads.is_some()),
        name: label(
            world.short_name(process),
            if low { rect.h / 2.0 + 4.0 } else { 18.0 },
            TextStyle::Name,
            Token::Text,
        ),
        does: Some(label(&does, 33.0, TextStyle::SmallMono, tone(client)))
            .filter(|label| !low && !label.text.is_empty()),
        state,
        connected_to: client.and_then(Client::connected_to),
        button,
        mark: mark(view.troubles, process, rect.w).map(|text| {
            let at = Point::new(rect.centre().x, rect.bottom());
            plate(at, &text, Token::Fault)
        }),
        work,
        received: client.and_then(received),
        a11y: String::new(),
    };
    let said = client.and_then(doing::words).unwrap_or(does);
    pill.a11y = a11y::app(view.cast, &pill, &said);
    Some(pill)
}

/// What its icon shows.
fn icon(cast: Cast<'_>, process: ProcId, client: Option<&Client>) -> AppIcon {
    match client.and_then(Client::behaviour).map(|does| &**does) {
        Some(Behaviour::Kv(app)) => match app.job {
            Job::Config => AppIcon::Config,
            Job::Service => AppIcon::Service,
            Job::Elector => AppIcon::Elector,
            Job::Counter => AppIcon::Counter,
        },
        _ => match role(cast, process) {
            Role::Publisher => AppIcon::Publisher,
            Role::Subscriber => AppIcon::Subscriber,
            Role::Worker => AppIcon::Worker,
            Role::Console => AppIcon::Console,
            Role::Wire => AppIcon::Wire,
        },
    }
}

/// Radius of the ring around the message that is worked on, stroke included.
const RING: f64 = 11.0;
/// A pill of less width has everything closer together.
const NARROW: f64 = 140.0;
/// One of less height has room for the name only.
const LOW: f64 = 40.0;

/// The ring of an app that works on a message.
fn work(client: &Client, now: Time, rect: Rect) -> Option<WorkRing> {
    let Doing::Working { task, since, until, .. } = client.doing()? else { return None };
    let centre = Point::new(rect.right() - RING - 8.0, rect.y + rect.h / 2.0);
    let tone = Token::of_subject(&task.subject);
    let label = Label {
        text: fit(&task.seq.to_string(), TextStyle::SmallMono, 2.0 * RING + 6.0),
        at: Point::new(centre.x, centre.y + 3.5),
        anchor: Anchor::Middle,
        style: TextStyle::SmallMono,
        tone: Token::Text,
    };
    Some(WorkRing { centre, fraction: doing::progress(since, until, now), label, tone })
}

/// The colour of what an app does.
fn tone(client: Option<&Client>) -> Token {
    match client.and_then(Client::doing) {
        Some(Doing::Crashed { .. }) => Token::Fault,
        Some(Doing::Working { .. }) => Token::Text,
        _ => Token::Muted,
    }
}

/// The button on an app that publishes.
fn button(spec: &ClientSpec, rect: Rect, enabled: bool) -> Option<AppButton> {
    let (subject, _) = spec.publishes.as_ref()?;
    Some(AppButton {
        rect: Rect::new(
            rect.right() - if rect.w < NARROW { 32.0 } else { 36.0 },
            rect.y + (rect.h - 28.0) / 2.0,
            28.0,
            28.0,
        ),
        label: "Publish".to_owned(),
        a11y: format!("{}: publish {}", spec.name, subject),
        enabled,
    })
}

/// What kind of app it is.
fn role(cast: Cast<'_>, process: ProcId) -> Role {
    cast.spec(process).map_or(Role::Publisher, ClientSpec::acts_as)
}

/// What an app does, in a few words.
fn does(spec: Option<&ClientSpec>, role: Role, client: Option<&Client>) -> String {
    if let Some(words) = client.and_then(doing::few_words) {
        return words;
    }
    if let Some((subject, _)) = spec.and_then(|spec| spec.publishes.as_ref()) {
        return subject.clone();
    }
    let subscribed = client
        .and_then(|client| client.subscriptions().next().map(|(_, subject)| subject.to_owned()));
    let subscribed = subscribed.or_else(|| watched(client?));
    subscribed.unwrap_or_else(|| {
        match role {
            Role::Publisher => "publisher",
            Role::Subscriber => "subscriber",
            Role::Worker => "worker",
            Role::Console => "nats",
            Role::Wire => "from outside",
        }
        .to_owned()
    })
}

/// What an app watches of a bucket: "watches db.>".
fn watched(client: &Client) -> Option<String> {
    client.ops().find_map(|(_, op)| match &*op.call {
        Call::Kv(watch) if op.outcome.is_none() && watch.is_lasting() => {
            Some(match watch.keys.as_slice() {
                [] => format!("watches {}", watch.bucket),
                keys => format!("watches {}", keys.join(", ")),
            })
        }
        _ => None,
    })
}

/// How many messages an app's subscriptions have received.
fn received(client: &Client) -> Option<u64> {
    if let Some(tally) = client.tally() {
        return Some(tally.received).filter(|received| *received > 0);
    }
    let counts = client.ops().filter_map(|(_, op)| {
        let listens = match &*op.call {
            Call::Subscribe { .. } => true,
            Call::Kv(watch) => watch.is_lasting(),
            _ => false,
        };
        listens.then_some(op.received_total)
    });
    counts.reduce(|a, b| a + b)
}
