//! A small lesson for tests: a prediction, something done, a goal.
#![allow(clippy::unwrap_used, reason = "what goes wrong here is to stop the test")]

use std::sync::Arc;

use super::Lesson;

/// Its text.
pub(crate) const LESSON: &str = r#"---
title: A test
summary: One sentence.
order: 1
minutes: 2
topology:
  us-east: n1 n2 n3
apps:
  shop: us-east publisher subject=orders.new
setup:
  nats stream add ORDERS --subjects 'orders.>' --replicas 3 --defaults
---

## First

Watch `ORDERS`, led by [this server](leader:us-east/ORDERS).

```ask
How many?
- [x] 2
- [ ] 3
answer: stream us-east/ORDERS messages
```

```run as=shop
nats pub orders.new a
nats pub orders.new b
```

After.

```code
publish orders.new
stream us-east/ORDERS
```

## Second

```goal
One more.
when: stream us-east/ORDERS messages >= 3
hint: Press the button.
do: run shop> nats pub orders.new c
```

Done.
"#;

/// It, read.
pub(crate) fn small_lesson() -> Arc<Lesson> {
    Arc::new(Lesson::parse("test.md", LESSON).unwrap())
}
