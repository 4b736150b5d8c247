"""How the programme is, in one sentence: who is concerned, what it means, what happens next, and what to press."""

from __future__ import annotations

from ..programme.health import Found, Trouble
from ..programme.outcomes import State
from ..programme.text import Text
from ..programme.values import dataclass

COLORS = {State.OK: "green", State.WARNING: "yellow", State.CRITICAL: "red"}


@dataclass(frozen=True)
class Sentence:
    """`says` who is concerned and what it means, `follows` what happens next; `button` is the page's function that
    helps, where one does."""

    says: Text
    follows: Text
    button: str = ""


FINE = Sentence(
    Text(
        "All is well. Clients looked at in the last full recalculation: {accounts}; discounts in effect: {discounts}.",
        "Всё в порядке. В последнем пересчёте всех участников просмотрено клиентов: {accounts}; "
        "действует скидок: {discounts}.",
    ),
    Text("The next night looks again.", "Следующий ночной пересчёт проверит снова."),
)
SENTENCES = {
    Trouble.CLOCK: Sentence(
        Text(
            "Nobody's discounts change: the host's clock says a day that can't follow the last full recalculation.",
            "Скидки не меняются ни у кого: часы сервера показывают день, который не может идти после "
            "последнего пересчёта всех участников.",
        ),
        Text(
            "Put the clock right, and everything goes on; if it is right, look at the preview and apply it.",
            "Исправьте часы, и всё продолжится; если они верны, посмотрите «Что изменится» и примените.",
        ),
        "resellerprogram.preview",
    ),
    Trouble.SETTINGS: Sentence(
        Text(
            "Nobody's discounts change: a setting can't be read, and nothing is done on a guess.",
            "Скидки не меняются ни у кого: настройка не читается, а наугад программа не работает.",
        ),
        Text(
            "Set it again; the next recalculation goes on.", "Задайте её снова, и следующий пересчёт продолжит работу."
        ),
        "resellerprogram.settings",
    ),
    Trouble.OVERDUE: Sentence(
        Text(
            "Every client may have a wrong discount: no full recalculation has succeeded for {hours} hours.",
            "Скидки могут быть неверны у всех клиентов: пересчёта всех участников не было {hours} ч.",
        ),
        Text(
            "A missed night is tried again every hour while cron runs; calculate now to see what stops it.",
            "Пропущенный ночной пересчёт повторяется каждый час, если работает cron; рассчитайте сейчас, чтобы увидеть "
            "причину.",
        ),
        "resellerprogram.preview",
    ),
    Trouble.NO_NIGHT_YET: Sentence(
        Text(
            "Nobody has been looked at yet: no full recalculation has succeeded since the installation.",
            "Клиенты ещё не просмотрены: после установки не было пересчёта всех участников.",
        ),
        Text(
            "The next night does it; or calculate and apply now.",
            "Это сделает ближайший ночной пересчёт; или рассчитайте и примените сейчас.",
        ),
        "resellerprogram.preview",
    ),
    Trouble.MIRROR: Sentence(
        Text(
            "The copy for a second machine, in the panel's database, is not up to date.",
            "Копия для второй машины (в базе панели) не обновляется.",
        ),
        Text(
            "Discounts go on changing; no other discount is suspended until the copy can be reached.",
            "Скидки меняются как обычно; другие скидки не приостанавливаются, пока копия недоступна.",
        ),
    ),
    Trouble.STANDS_STILL: Sentence(
        Text(
            "Nothing changes on this panel: it is marked as a copy, a standby or under maintenance.",
            "В этой панели ничего не меняется: она отмечена как копия, резерв или панель на обслуживании.",
        ),
        Text(
            "What waits is done when the file etc/billmgr.DoNothing is removed.",
            "Всё, что ждёт, выполнится, когда удалят файл etc/billmgr.DoNothing.",
        ),
    ),
    Trouble.PANEL_SILENT: Sentence(
        Text(
            "Payments wait for everybody: the panel did not answer when it was last asked.",
            "Платежи всех клиентов ждут: в последний раз панель не ответила.",
        ),
        Text(
            "It is asked again every five minutes and what waits is done then; discounts stay as they are.",
            "Она опрашивается каждые пять минут, тогда всё и выполнится; скидки пока остаются как есть.",
        ),
        "resellerprogram.health.doctor",
    ),
    Trouble.FALLS_WAIT: Sentence(
        Text(
            "Some discounts wait for a person: more would fall than the limit allows, and no forecast explains it.",
            "Часть скидок ждёт подтверждения: снизилось бы больше, чем разрешает лимит, и прогноз этого не объясняет.",
        ),
        Text(
            "They stay as they are until somebody looks at the preview and applies it; everything else goes on.",
            "Они останутся как есть, пока кто-нибудь не посмотрит «Что изменится» и не применит; остальное работает.",
        ),
        "resellerprogram.preview",
    ),
    Trouble.NIGHT_FAILED: Sentence(
        Text(
            "Discounts may be older than the payments: the last recalculation did not succeed.",
            "Скидки могли отстать от платежей: последний пересчёт не удался.",
        ),
        Text(
            "It is tried again every hour; discounts stay as they are until then.",
            "Он повторяется каждый час; до тех пор скидки остаются как есть.",
        ),
        "resellerprogram.preview",
    ),
    Trouble.NIGHT_DIED: Sentence(
        Text("The last recalculation was cut short.", "Последний пересчёт оборвался."),
        Text("The next one finishes what it had begun.", "Следующий завершит начатое."),
    ),
    Trouble.CANT_RESTORE: Sentence(
        Text(
            "Clients who miss a discount of their own: {count}, first {first}. The panel refuses to restore it.",
            "Не хватает собственной скидки, клиентов: {count}, первым {first}. Панель отказывается её восстановить.",
        ),
        Text(
            "It is on record word for word and tried again; what the panel objects to is in the queue.",
            "Она записана дословно, попытки повторяются; что не так для панели, видно в очереди.",
        ),
        "resellerprogram.queue",
    ),
    Trouble.GIVEN_UP: Sentence(
        Text(
            "Clients whose retries have stopped: {count}, first {first}.",
            "Попытки прекращены, клиентов: {count}, первым {first}.",
        ),
        Text(
            "Press “Try again” on the page Queue; every other client is served.",
            "Нажмите «Повторить» на странице «Очередь»; остальные клиенты обслуживаются.",
        ),
        "resellerprogram.queue",
    ),
    Trouble.CLIENTS_WAIT: Sentence(
        Text(
            "Clients who wait in the queue after a failure: {count}, first {first}.",
            "Ждут в очереди после ошибки, клиентов: {count}, первым {first}.",
        ),
        Text(
            "They are tried again by themselves, in longer and longer pauses; every other client is served.",
            "Они повторяются сами, со всё более долгими паузами; остальные клиенты обслуживаются.",
        ),
        "resellerprogram.queue",
    ),
    Trouble.QUEUE_IS_LATE: Sentence(
        Text(
            "Payments do not act at once: {count} wait for more than 15 minutes, first {first}.",
            "Платежи действуют не сразу: ждут больше 15 минут: {count}, первым {first}.",
        ),
        Text(
            "See that cron runs `resellerprogram sweep` every five minutes.",
            "Проверьте, что cron каждые пять минут запускает `resellerprogram sweep`.",
        ),
        "resellerprogram.queue",
    ),
    Trouble.JOURNAL: Sentence(
        Text(
            "Suspended discounts of some clients may not be known for sure: their journal has damaged lines or can't "
            "be read.",
            "Приостановленные скидки некоторых клиентов могут быть известны не полностью: журнал повреждён или не "
            "читается.",
        ),
        Text(
            "Nothing more is suspended while it can't be read; compare it with a copy.",
            "Пока журнал не читается, ничего не приостанавливается; сравните его с копией.",
        ),
        "resellerprogram.setaside",
    ),
    Trouble.PANEL_DIFFERS: Sentence(
        Text(
            "This panel differs in {count} of the things that matter, as the last check found.",
            "По последней проверке панель отличается в важном: {count}.",
        ),
        Text("See the check below, then check again.", "Посмотрите проверку ниже и проверьте снова."),
        "resellerprogram.health.doctor",
    ),
    Trouble.ODD_SETTING: Sentence(
        Text(
            "A setting has a value that would not be taken today ({count}); nobody's discount depends on it.",
            "У настройки значение, которое сейчас не было бы принято ({count}); скидки от неё не зависят.",
        ),
        Text(
            "Its default is in effect until it is set again.",
            "Пока её не зададут снова, действует значение по умолчанию.",
        ),
        "resellerprogram.settings",
    ),
    Trouble.NOTICES_REFUSED: Sentence(
        Text(
            "Clients who were not told of their tier since yesterday: {count}. The panel refused the notifications.",
            "Со вчерашнего дня не узнали о своём статусе, клиентов: {count}. Панель не приняла уведомления.",
        ),
        Text(
            "Discounts are not concerned; see on the page Notifications what the panel objects to.",
            "Скидок это не касается; что не так для панели, видно на странице «Уведомления».",
        ),
        "resellerprogram.notices",
    ),
    Trouble.NO_BACKUP: Sentence(
        Text("Last night left no backup.", "После последней ночи нет резервной копии."),
        Text(
            "Discounts are not concerned; the next night tries again, or make one now.",
            "Скидок это не касается; следующая ночь попробует снова, или сделайте копию сейчас.",
        ),
        "resellerprogram.health.backup",
    ),
    Trouble.STOPPED: Sentence(
        Text(
            "Discounts stay as they are for everybody: the program was stopped.",
            "Скидки у всех остаются как есть: программа остановлена.",
        ),
        Text("It goes on when somebody starts it again.", "Она продолжит работу, когда её снова запустят."),
        "resellerprogram.preview",
    ),
    Trouble.NOT_STARTED: Sentence(
        Text(
            "No client has a discount of the program: it only looks, because nobody has started it yet.",
            "Ни у кого нет скидок программы: она только смотрит, потому что её ещё не запустили.",
        ),
        Text(
            "Nights are counted and can be read as a trial; calculate, look, and start it.",
            "Ночи считаются, и пробу можно посмотреть; рассчитайте, проверьте и запустите.",
        ),
        "resellerprogram.preview",
    ),
}


def sentence_of(found: Found | None, accounts: int, discounts: int) -> Sentence:
    """The sentence on top, with its figures."""
    told = SENTENCES[found.trouble] if found else FINE
    values = dict(found.values) if found else {"accounts": accounts, "discounts": discounts}
    return Sentence(told.says(**values), told.follows, told.button)
