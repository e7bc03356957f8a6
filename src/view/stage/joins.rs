//! What flows between clusters of which the streams are not drawn: all of it between the same two is one
//! line, from panel to panel, with a tip at each end where something arrives.

use crate::sorted::Map;
use crate::view::flow::Flow;
use crate::view::frame::{FlowLine, Rect};
use crate::view::room::Room;
use crate::view::route::Ways;
use crate::view::text::count;

use super::View;
use super::flows::{line, plate, together, words};

/// What flows between two clusters, first those from the first to the second.
pub(super) type Pairs<'a> = Map<(usize, usize), [Vec<&'a Flow<'a>>; 2]>;

/// The lines, under those that lie `over` them.
pub(super) fn draw(
    view: View<'_>,
    room: &mut Room,
    (ways, walls): (&Ways<'_>, &[Rect]),
    pairs: &Pairs<'_>,
    over: &[FlowLine],
) -> Vec<FlowLine> {
    let ends: Vec<(usize, usize)> = pairs.keys().copied().collect();
    let laid = ways.joins(&ends);
    let mut lines = Vec::new();
    for (((a, b), [there, back]), mut points) in pairs.iter().zip(laid) {
        let flows: Vec<&Flow<'_>> = there.iter().chain(back).copied().collect();
        if there.is_empty() {
            points.reverse();
        }
        let Some(mut line) = line(view, &flows, points) else { continue };
        line.both = !there.is_empty() && !back.is_empty();
        let mut words = words(&line, &flows, false, false);
        if flows.len() > 1 {
            let [a, b] = [*a, *b].map(|cluster| view.cast.cluster(cluster));
            let all = count(flows.len() as u64, "flow");
            let (said, _) = together(&flows);
            let said = said.first().map_or("", String::as_str);
            line.a11y = format!("{all} between {a} and {b}, {said}: {}", line.a11y);
            // Where there is room for nothing longer.
            words.push(format!("×{}", flows.len()));
        }
        line.plate = plate(room, walls, over, &line, &words);
        lines.push(line);
    }
    lines
}
