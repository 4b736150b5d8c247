#!/usr/bin/env bash
# Reseller programme for BILLmanager: install, upgrade, uninstall · demo · test. `./install.sh help` tells the rest.
set -euo pipefail
umask 022

PROJECT=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
DEFAULT_ROOT=/usr/local/mgr5
PATH_DIR=/usr/local/bin
COMPLETIONS=/usr/share/bash-completion/completions
NAME=resellerprogram
FREE_MB=200

main() {
    local command=${1:-help}
    shift || true
    case $command in
        install) install_plugin "$@" ;;
        upgrade) upgrade_plugin "$@" ;;
        uninstall) uninstall_plugin "$@" ;;
        demo) run_demo "$@" ;;
        test) run_tests "$@" ;;
        help | -h | --help) usage ;;
        *) usage >&2; exit 2 ;;
    esac
}

usage() {
    say "./install.sh install   [--root DIR] [--wheels DIR] [--mirror]
                       install the plugin (default $DEFAULT_ROOT); --mirror: with PyMySQL, for a second machine
./install.sh upgrade   [--root DIR] [--wheels DIR]   the same over an installed one; data stay
./install.sh uninstall [--root DIR] [--withdraw | --as-is] [--purge]
                       restore the suspended discounts and remove the plugin; the program's discounts stay.
                       --withdraw removes these, too, --as-is touches no discount, --purge removes data, too
./install.sh demo      [./FOLDER]                    the plugin on a sandbox panel with clients and payments; then
                       next-day [N] · pay CLIENT AMOUNT · refund CLIENT|PAYMENT [AMOUNT] · stop, each [--folder DIR];
                       example [--once]: the published example
./install.sh test      [quick]                       all checks; quick: those that need neither panel nor browser" \
"./install.sh install   [--root ПАПКА] [--wheels ПАПКА] [--mirror]
                       установить плагин (по умолчанию $DEFAULT_ROOT); --mirror: с PyMySQL, для второй машины
./install.sh upgrade   [--root ПАПКА] [--wheels ПАПКА]
                       то же поверх установленного, данные остаются
./install.sh uninstall [--root ПАПКА] [--withdraw | --as-is] [--purge]
                       восстановить приостановленные скидки и удалить плагин; скидки программы останутся.
                       --withdraw отменяет и их, --as-is не трогает скидок, --purge удаляет и данные
./install.sh demo      [./ПАПКА]                     плагин на панели-песочнице с клиентами и платежами; затем
                       next-day [N] · pay КЛИЕНТ СУММА · refund КЛИЕНТ|ПЛАТЁЖ [СУММА] · stop, каждая [--folder ПАПКА];
                       example [--once]: опубликованный пример
./install.sh test      [quick]                       все проверки; quick — те, которым не нужны ни панель, ни браузер"
}

# --- speaking ------------------------------------------------------------------------------------------------

case "${LC_ALL:-${LC_MESSAGES:-${LANG:-}}}" in ru*) RUSSIAN=1 ;; *) RUSSIAN= ;; esac

say() { if [ -n "$RUSSIAN" ]; then printf '%s\n' "$2"; else printf '%s\n' "$1"; fi; }
die() { say "$1" "$2" >&2; exit 1; }

# --- install, upgrade ----------------------------------------------------------------------------------------

read_options() {
    ROOT=$DEFAULT_ROOT WHEELS='' WITHDRAW='' PURGE='' AS_IS='' MIRROR=''
    while [ $# -gt 0 ]; do
        case $1 in
            --root) ROOT=$(value_of "$@"); shift ;;
            --wheels)
                WHEELS=$(value_of "$@")
                [ -d "$WHEELS" ] || die "$WHEELS: no such folder" "$WHEELS: нет такой папки"
                WHEELS=$(cd "$WHEELS" && pwd); shift ;;
            --withdraw) WITHDRAW=1 ;;
            --purge) PURGE=1 ;;
            --as-is) AS_IS=1 ;;
            --mirror) MIRROR=1 ;;
            *) say "There is no option $1; see ./install.sh help." "Нет ключа $1; см. ./install.sh help." >&2; exit 2 ;;
        esac
        shift
    done
    [ -d "$ROOT" ] || die "$ROOT: no such folder; is BILLmanager installed?" "$ROOT: нет такой папки; установлен ли BILLmanager?"
    ROOT=$(cd "$ROOT" && pwd)
    HOME_DIR=$ROOT/lib/$NAME
    COMMAND=$ROOT/sbin/$NAME
    COMPLETION=$HOME_DIR/current/completion.bash
    one_at_a_time
}

# value_of OPTION [FOLDER]: the folder that an option needs.
value_of() {
    [ -n "${2:-}" ] || { say "Name a folder after $1." "Укажите папку после $1." >&2; exit 2; }
    printf '%s' "$2"
}

# The lock is on the panel's folder itself, so that no file is left behind; the panel does not inherit it.
one_at_a_time() {
    exec 9<"$ROOT"
    flock -n 9 || die "another install.sh is at work in $ROOT; nothing was done, try again when it has ended" \
        "в $ROOT уже работает другой install.sh; ничего не сделано, повторите, когда он закончит"
}

panel() { "$ROOT/sbin/mgrctl" -m billmgr "$@" 9>&-; }

on_the_host() { [ "$ROOT" = "$DEFAULT_ROOT" ]; }

install_plugin() {
    read_options "$@"
    check_host
    RELEASE=$HOME_DIR/releases/$(date +%Y%m%d%H%M%S)-$$
    PREVIOUS=$(readlink "$HOME_DIR/current" 2>/dev/null || true)
    SAVED=
    trap roll_back EXIT
    build_release
    SAVED=$RELEASE/previous
    save_files "$SAVED"
    put_files
    reload_panel
    check_registration
    bring_data_along
    trap - HUP INT TERM
    rm -rf "$SAVED"
    remove_old_releases
    local version
    version=$("$ROOT/sbin/$NAME" --version)
    say "Version $version is installed into $ROOT. Check of the panel:" "Версия $version установлена в $ROOT. Проверка панели:"
    "$ROOT/sbin/$NAME" doctor --brief || say "Something that matters differs; look at it before you start." \
        "Есть важное отличие; разберитесь с ним до запуска."
    case $("$ROOT/sbin/$NAME" status --json || true) in
        *'"started": null'*) if ! offer_to_take_over; then tell_what_next; fi ;;
        *) say "The program is started and goes on." "Программа запущена и продолжает работать." ;;
    esac
}

# On a second machine: nothing is on record here yet, and the panel's database holds what the first one kept.
offer_to_take_over() {
    local command
    [ -n "$MIRROR" ] && "$ROOT/sbin/$NAME" restore --from-panel --look >/dev/null 2>&1 || return 1
    command=$(typed)
    say "The panel's database holds the program's data of another machine. To take over here (the other one must be stopped):
  $command restore --from-panel" \
"В базе панели есть данные программы с другой машины. Чтобы вести программу здесь (другая должна быть остановлена):
  $command restore --from-panel"
}

tell_what_next() {
    local command
    command=$(typed)
    say "The table that it brings (\`$NAME tiers import\` takes yours):" "Таблица по умолчанию (своя: \`$NAME tiers import\`):"
    "$ROOT/sbin/$NAME" tiers show
    say "The program only calculates and shows; no discount changes. What next:
  $command plan     what would change now
  $command trial    what its nights would have changed, after a night or a week
  $command start    shows it in a line, asks, does it, then runs automatically" \
"Пока программа только считает и показывает, скидки не меняются. Дальше:
  $command plan     что изменилось бы сейчас
  $command trial    что изменили бы ночи: через ночь или неделю
  $command start    покажет одной строкой, спросит, сделает и дальше работает автоматически"
}

upgrade_plugin() {
    read_options "$@"
    [ -e "$HOME_DIR/current" ] || [ -L "$HOME_DIR/current" ] || die "The plugin is not installed in $ROOT: run ./install.sh install." "Плагин в $ROOT не установлен: выполните ./install.sh install."
    if works; then
        "$ROOT/sbin/$NAME" backup >/dev/null || die "the data could not be backed up; nothing was changed" \
            "не удалось сделать копию данных; ничего не изменено"
    else
        say "The installed release does not run any more; it is replaced without its backup (a migration makes one)." \
            "Установленный выпуск больше не запускается; заменяем без его резервной копии (её сделает миграция)." >&2
    fi
    install_plugin "$@"
}

works() { "$ROOT/sbin/$NAME" --version >/dev/null 2>&1; }

check_host() {
    if on_the_host && [ "$(id -u)" != 0 ]; then
        die "run this as root: BILLmanager's folders belong to root" "запустите от root: папки BILLmanager принадлежат root"
    fi
    [ -x "$ROOT/sbin/mgrctl" ] || die "$ROOT/sbin/mgrctl is missing; is BILLmanager installed?" \
        "нет $ROOT/sbin/mgrctl; установлен ли BILLmanager?"
    [ -w "$ROOT" ] || die "$ROOT is not writable" "$ROOT недоступна для записи"
    local answer version free
    answer=$(panel -o xml whoami 2>&1) ||
        die "BILLmanager does not answer: $answer" "BILLmanager не отвечает: $answer"
    version=$(printf '%s' "$answer" | sed -n 's/.*<billmgr>\([0-9][0-9.]*\).*/\1/p' | head -n 1)
    case $version in
        '') say "BILLmanager does not tell its version; going on" "BILLmanager не сообщает версию; продолжаем" ;;
        [0-5].*) die "BILLmanager $version is too old; version 6 is needed" "BILLmanager $version слишком старый; нужна версия 6" ;;
    esac
    free=$(df -Pm "$ROOT" | awk 'NR == 2 {print $4}')
    [ "$free" -ge "$FREE_MB" ] || die "$free MB free in $ROOT; $FREE_MB MB are needed" "в $ROOT свободно $free МБ; нужно $FREE_MB МБ"
    find_python
    if [ -e "$HOME_DIR/current/site/pymysql" ] || panel_holds_a_mirror; then MIRROR=1; fi
}

# By the panel's own client of its database: the first of two machines has left its data there.
panel_holds_a_mirror() {
    [ -x "$ROOT/sbin/mysql-billmgr" ] &&
        "$ROOT/sbin/mysql-billmgr" <<<'SELECT COUNT(*) FROM resellerprogram_mirror' >/dev/null 2>&1 9>&-
}

# Python is always started with -I: without it, it would load what lies in the folder where install.sh was called.
find_python() {
    local candidate
    for candidate in ${PYTHON:-} python3 python3.13 python3.12 python3.11 python3.10 python3.9; do
        if "$candidate" -I -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 9))' 2>/dev/null; then
            PYTHON=$(command -v "$candidate")
            return
        fi
    done
    if [ "${1:-}" != again ] && [ "${ROOT:-$DEFAULT_ROOT}" = "$DEFAULT_ROOT" ] && [ "$(id -u)" = 0 ]; then
        install_python && find_python again && return
    fi
    die "Python 3.9 or newer with venv is needed (Debian, Ubuntu: apt-get install python3-venv; Alma, Rocky: dnf install python3.11)" \
        "нужен Python 3.9 или новее с venv (Debian, Ubuntu: apt-get install python3-venv; Alma, Rocky: dnf install python3.11)"
}

install_python() {
    if command -v apt-get >/dev/null; then
        DEBIAN_FRONTEND=noninteractive apt-get -qq install -y python3-venv >/dev/null
    elif command -v dnf >/dev/null; then
        dnf -q install -y python3.11 >/dev/null
    else
        return 1
    fi
}

build_release() {
    say "Building in $RELEASE ($("$PYTHON" --version))" "Сборка в $RELEASE ($("$PYTHON" --version))"
    mkdir -p "$RELEASE"
    chmod -R go-w "$HOME_DIR"
    "$PYTHON" -I -m venv "$RELEASE/venv"
    local from=()
    [ -z "$WHEELS" ] || from=(--no-index --find-links "$WHEELS")
    local -a packages
    mapfile -t packages < <(runtime_packages; if [ -n "$MIRROR" ]; then mirror_packages; fi)
    "$RELEASE/venv/bin/python" -I -m pip install -qq --disable-pip-version-check "${from[@]}" "${packages[@]}" ||
        die "the packages could not be installed; without internet use --wheels DIR" \
            "пакеты не установились; без интернета используйте --wheels DIR"
    local site
    site=$("$RELEASE/venv/bin/python" -I -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
    cp -R "$PROJECT/plugin/$NAME" "$site/"
    find "$site/$NAME" -name __pycache__ -prune -exec rm -rf {} +
    "$RELEASE/venv/bin/python" -I -m compileall -q "$site/$NAME"
    mkdir -p "$RELEASE/bin" "$RELEASE/addon" "$RELEASE/xml"
    install -m 755 "$PROJECT"/plugin/bin/* "$RELEASE/bin/"
    ln -s "${site#"$RELEASE/"}" "$RELEASE/site"
    install -m 644 "$PROJECT/plugin/completion/$NAME.bash" "$RELEASE/completion.bash"
    install -m 750 "$PROJECT"/plugin/addon/* "$RELEASE/addon/"
    install -m 644 "$PROJECT"/xml/*.xml "$RELEASE/xml/"
    "$RELEASE/venv/bin/python" -I - "$RELEASE"/xml/*.xml <<'PYTHON'
import sys
from lxml import etree
for path in sys.argv[1:]:
    etree.parse(path)
PYTHON
    "$RELEASE/bin/$NAME" --version >/dev/null
}

# packages_of SECTION OPTION: the packages that setup.cfg names there, one a line.
packages_of() {
    "$PYTHON" -I - "$PROJECT/setup.cfg" "$@" <<'PYTHON'
import configparser
import sys
path, section, option = sys.argv[1:]
setup = configparser.ConfigParser()
setup.read(path, encoding="utf-8")
print("\n".join(line.replace(" ", "") for line in setup[section][option].split("\n") if line.strip()))
PYTHON
}

runtime_packages() { packages_of options install_requires; }
mirror_packages() { packages_of options.extras_require mirror; }
test_packages() { packages_of options.extras_require test; }

# Every file that we own outside our own folders: kind, and where it is.
owned_files() {
    local file
    for file in "$PROJECT"/plugin/addon/*; do printf '%s\n' "$ROOT/addon/$(basename "$file")"; done
    for file in "$PROJECT"/xml/*.xml; do printf '%s\n' "$ROOT/etc/xml/$(basename "$file")"; done
    printf '%s\n' "$ROOT/sbin/$NAME"
    if on_the_host; then
        printf '%s\n' "/etc/cron.d/$NAME" "/etc/logrotate.d/$NAME"
        if ours "$PATH_DIR" "$COMMAND"; then printf '%s\n' "$PATH_DIR/$NAME"; fi
        if ours "$COMPLETIONS" "$COMPLETION"; then printf '%s\n' "$COMPLETIONS/$NAME"; fi
    fi
}

# ours FOLDER TARGET: what is called after us there is our link, or nothing is there yet.
ours() {
    local link=$1/$NAME
    [ -d "$1" ] && { [ "$(readlink "$link" || true)" = "$2" ] || ! { [ -e "$link" ] || [ -L "$link" ]; }; }
}

# The command in the PATH, and its completion: links, never over somebody else's file.
put_links() {
    if ours "$PATH_DIR" "$COMMAND"; then
        ln -sfn "$COMMAND" "$PATH_DIR/$NAME"
    elif [ -d "$PATH_DIR" ]; then
        say "$PATH_DIR/$NAME belongs to something else and stays as it is. The command is $COMMAND." \
            "$PATH_DIR/$NAME принадлежит чему-то другому и остаётся как есть. Команда программы: $COMMAND." >&2
    fi
    if ours "$COMPLETIONS" "$COMPLETION"; then ln -sfn "$COMPLETION" "$COMPLETIONS/$NAME"; fi
}

# The command as one may type it.
typed() {
    if on_the_host && [ "$(readlink "$PATH_DIR/$NAME" || true)" = "$COMMAND" ]; then
        printf '%s' "$NAME"
    else
        printf '%s' "$COMMAND"
    fi
}

save_files() {
    local file
    mkdir -p "$1"
    while IFS= read -r file; do
        if [ -e "$file" ] || [ -L "$file" ]; then
            mkdir -p "$1$(dirname "$file")"
            cp -P -p "$file" "$1$file"
        fi
    done < <(owned_files)
}

put_files() {
    mkdir -p "$ROOT/addon" "$ROOT/etc/xml"
    touch "$RELEASE/on-trial"
    ln -sfn "releases/$(basename "$RELEASE")" "$HOME_DIR/current"
    install -m 750 "$RELEASE"/addon/* "$ROOT/addon/"
    ln -sfn "../lib/$NAME/current/bin/$NAME" "$ROOT/sbin/$NAME"
    cron_entry >"$RELEASE/cron"
    log_rotation >"$RELEASE/logrotate"
    if on_the_host; then
        install -m 644 "$RELEASE/cron" "/etc/cron.d/$NAME"
        install -m 644 "$RELEASE/logrotate" "/etc/logrotate.d/$NAME"
        put_links
    fi
    install -m 644 "$RELEASE"/xml/*.xml "$ROOT/etc/xml/"
}

cron_entry() {
    local command
    command=$(for_shell "$ROOT/sbin/$NAME")
    command=${command//%/\\%}  # cron makes a new line of a bare one
    printf '# Reseller programme: the daily recalculation, in the local time of this host, and what events may have lost\n'
    printf '7 0 * * * root %s daily >/dev/null 2>&1\n' "$command"
    printf '*/5 * * * * root %s sweep >/dev/null 2>&1\n' "$command"
}

# for_shell WORD: as /bin/sh reads it back, quoted only where it must be.
for_shell() {
    case $1 in
        *[!A-Za-z0-9_./+-]*) printf "'%s'" "${1//\'/\'\\\'\'}" ;;
        *) printf '%s' "$1" ;;
    esac
}

log_rotation() {
    printf '"%s/var/%s.log" {\n    weekly\n    rotate 12\n    compress\n    missingok\n    notifempty\n' "$ROOT" "$NAME"
    printf '    create 0600 root root\n}\n'
}

reload_panel() {
    rm -rf "$ROOT/var/.xmlcache/billmgr"
    if [ -x "$ROOT/sbin/xmlinstall" ]; then
        "$ROOT/sbin/xmlinstall" -m billmgr --meta-cache --apply >/dev/null 9>&-
        "$ROOT/sbin/xmlinstall" -m billmgr --lang-cache ru --base en --apply >/dev/null 9>&-
    fi
    panel exit >/dev/null 2>&1 || true
}

# knows FUNCTION: registered is what the panel has LISTED among its functions, or answers: without an error, or with
# one of ours.
knows() {
    local answer
    case $LISTED in *">$1<"*) return ;; esac
    answer=$(panel -o xml "$1" 2>/dev/null || true)
    case $answer in *"type=\"$NAME\""*) return ;; *'<error'*) return 1 ;; *'<doc'*) return ;; esac
    return 1
}

check_registration() {
    local try
    for try in $(seq 30); do
        LISTED=$(panel -o xml actionlist 2>/dev/null || true)
        if knows_all; then return; fi
        if [ ! -e "$RELEASE/joined.xml" ] && { [ "$try" = 10 ] || knows "$NAME.changes"; }; then join_descriptions; fi
        sleep "$([ "$try" -lt 10 ] && echo 0.5 || echo 2)"
    done
    die "BILLmanager has not registered the plugin; see $ROOT/var/billmgr.log" \
        "BILLmanager не зарегистрировал плагин; см. $ROOT/var/billmgr.log"
}

# One function of each description stands for all of it; they are read in the order of their names.
knows_all() {
    local file function
    for file in "$RELEASE"/xml/*.xml; do
        function=$(sed -n 's/.*<func name="\([^"]*\)".*/\1/p' "$file" | head -n 1)
        if [ -n "$function" ] && ! knows "$function"; then return 1; fi
    done
}

# For a panel that does not take a handler from several files.
join_descriptions() {
    local file
    "$RELEASE/venv/bin/python" -I -m "$NAME.panel.description" "$RELEASE/joined.xml" "$RELEASE"/xml/*.xml
    for file in "$RELEASE"/xml/*.xml; do rm -f "$ROOT/etc/xml/$(basename "$file")"; done
    install -m 644 "$RELEASE/joined.xml" "$ROOT/etc/xml/billmgr_mod_$NAME.xml"
    reload_panel
}

# Until the panel has registered the release, it leaves the data as the one before knows them. Whoever brings them along
# is not interrupted; and once that is done, there is no way back to a release that would not know them any more.
bring_data_along() {
    local before
    trap '' HUP INT TERM
    before=$(data_version)
    rm -f "$RELEASE/on-trial"
    if "$ROOT/sbin/$NAME" settings show >/dev/null; then trap - EXIT; return; fi
    if [ "$(data_version)" != "$before" ]; then
        trap - EXIT
        die "the new release has brought the data along, but does not work with them; it stays, as the one before would not know them. See $ROOT/var/$NAME.log; the data as they were are in $ROOT/var/$NAME/backups" \
            "новый выпуск уже перевёл данные на новую версию, но не работает с ними; он остаётся, прежний их не поймёт. См. $ROOT/var/$NAME.log; прежние данные лежат в $ROOT/var/$NAME/backups"
    fi
    die "the new release can't use the data that are there" "новый выпуск не может работать с имеющимися данными"
}

# The version of the database, empty without one.
data_version() {
    "$RELEASE/venv/bin/python" -I - "$ROOT/var/$NAME/$NAME.db" <<'PYTHON'
import pathlib
import sqlite3
import sys
if pathlib.Path(sys.argv[1]).exists():
    print(sqlite3.connect(sys.argv[1], timeout=30).execute("PRAGMA user_version").fetchone()[0])
PYTHON
}

roll_back() {
    local status=$?
    trap - EXIT
    set +e
    [ "$status" -ne 0 ] || status=1
    say "Installation failed; restoring the previous state." "Установка не удалась, восстанавливаем прежнее состояние." >&2
    if [ -n "$SAVED" ]; then
        local file
        while IFS= read -r file; do
            rm -f "$file"
            if [ -e "$SAVED$file" ] || [ -L "$SAVED$file" ]; then cp -P -p "$SAVED$file" "$file"; fi
        done < <(owned_files)
        if [ -n "$PREVIOUS" ]; then ln -sfn "$PREVIOUS" "$HOME_DIR/current"; else rm -f "$HOME_DIR/current"; fi
        reload_panel
    fi
    rm -rf "$RELEASE"
    rmdir "$HOME_DIR/releases" "$HOME_DIR" 2>/dev/null || true
    exit "$status"
}

remove_old_releases() {
    local release
    for release in "$HOME_DIR"/releases/*; do
        [ "$release" = "$RELEASE" ] || [ "releases/$(basename "$release")" = "$PREVIOUS" ] || rm -rf "$release"
    done
}

# --- uninstall -----------------------------------------------------------------------------------------------

uninstall_plugin() {
    read_options "$@"
    if on_the_host && [ "$(id -u)" != 0 ]; then die "run this as root" "запустите от root"; fi
    give_back
    local file waits=
    # without --as-is everything was given back by now, or the plugin is gone already
    if [ -n "$PURGE" ] && waiting; then
        waits=1
        [ -n "$AS_IS" ] || die "suspended discounts still wait to be restored ($ROOT/var/$NAME.set-aside.jsonl); nothing was removed. Install the plugin again and uninstall it: that restores them" \
            "приостановленные скидки ещё ждут восстановления ($ROOT/var/$NAME.set-aside.jsonl); ничего не удалено. Установите плагин снова и удалите: он их восстановит"
    fi
    if [ -n "$PURGE" ] && [ -z "$waits" ]; then let_go_of_the_mirror; fi
    while IFS= read -r file; do rm -f "$file"; done < <(owned_files)
    rm -rf "$HOME_DIR"
    reload_panel
    if [ -n "$waits" ]; then
        rm -f "$ROOT/var/$NAME.log"*
        say "Removed. Suspended discounts still wait: they and the data stay in $ROOT/var/$NAME.set-aside.jsonl and $ROOT/var/$NAME." \
            "Удалено. Приостановленные скидки ещё ждут восстановления, они и данные остались в $ROOT/var/$NAME.set-aside.jsonl и $ROOT/var/$NAME."
    elif [ -n "$PURGE" ]; then
        rm -rf "$ROOT/var/$NAME" "$ROOT/var/$NAME.log"* "$ROOT/var/$NAME.set-aside.jsonl" "$ROOT/var/$NAME.clock"
        say "Removed, data included." "Удалено вместе с данными."
    else
        say "Removed. Data stay in $ROOT/var/$NAME." "Удалено. Данные остались в $ROOT/var/$NAME."
    fi
    [ -n "$WITHDRAW" ] || say "The program's discounts that were in effect stay in the panel, and nothing changes them any more." \
        "Действовавшие скидки программы остались в панели, больше их ничто не изменит."
}

# The copy in the panel's database is offered to no machine once the data are gone.
let_go_of_the_mirror() {
    case $("$ROOT/sbin/$NAME" mirror --json 2>/dev/null || true) in
        *'"kept": true'*) "$ROOT/sbin/$NAME" settings set mirror off >/dev/null && "$ROOT/sbin/$NAME" mirror >/dev/null || true ;;
    esac
}

# Discounts that the programme set aside are their owners': they go back before anything is removed.
give_back() {
    [ -z "$AS_IS" ] || [ -n "$WITHDRAW" ] || return 0
    if ! installed_somehow; then return 0; fi
    works || die "the installed plugin does not run, so nothing can be restored; nothing was removed. Run install.sh install first, then uninstall (--as-is removes all the same; suspended discounts are in $ROOT/var/$NAME.set-aside.jsonl)" \
        "установленный плагин не запускается, восстановить скидки нельзя; ничего не удалено. Сначала install.sh install, затем uninstall (--as-is удалит всё равно; приостановленные скидки — в $ROOT/var/$NAME.set-aside.jsonl)"
    if [ -n "$WITHDRAW" ]; then
        yes=
        case $("$ROOT/sbin/$NAME" withdraw --help 2>/dev/null) in *--yes*) yes="--yes --reason uninstall" ;; esac
        # shellcheck disable=SC2086  # two words; a release before this one asked nobody
        "$ROOT/sbin/$NAME" withdraw $yes </dev/null || die "the discounts could not be removed; nothing was removed" \
            "скидки не удалось отменить; ничего не удалено"
    else
        "$ROOT/sbin/$NAME" put-back || die \
            "suspended discounts could not be restored; nothing was removed (--as-is removes all the same; suspended discounts are in $ROOT/var/$NAME.set-aside.jsonl)" \
            "приостановленные скидки не удалось восстановить; ничего не удалено (--as-is удалит всё равно; приостановленные скидки — в $ROOT/var/$NAME.set-aside.jsonl)"
    fi
}

installed_somehow() { [ -e "$HOME_DIR" ] || [ -L "$ROOT/sbin/$NAME" ] || [ -e "$ROOT/sbin/$NAME" ]; }

# Whether something that was set aside waits to be put back, by journal or database; what can't be told waits.
waiting() {
    [ -e "$ROOT/var/$NAME.set-aside.jsonl" ] || [ -e "$ROOT/var/$NAME/$NAME.db" ] || return 1
    (find_python) >/dev/null 2>&1 || return 0
    find_python
    ! "$PYTHON" -I - "$PROJECT/plugin/$NAME/store/journal.py" "$ROOT/var" "$NAME" <<'PYTHON'
import pathlib
import runpy
import sqlite3
import sys
module, var, name = sys.argv[1:]
contents = runpy.run_path(module)["Journal"](pathlib.Path(var, name + ".set-aside.jsonl")).read()
waits = bool(contents.waiting or contents.damaged)
database = pathlib.Path(var, name, name + ".db")
if database.exists():
    try:
        known = sqlite3.connect(database)
        tables = known.execute("SELECT count(*) FROM sqlite_master WHERE name = 'set_aside'").fetchone()[0]
        waits = waits or bool(tables and known.execute("SELECT count(*) FROM set_aside WHERE put_back_at IS NULL").fetchone()[0])
    except sqlite3.Error:
        pass  # a database that can't be read gives nothing back; the journal is whole without it
sys.exit(waits)
PYTHON
}

# --- demo, test ----------------------------------------------------------------------------------------------

# The environment of demo and tests: .venv in the project, made anew when what it needs changes. Where the project is
# not ours to write, it is in our own cache.
environment() {
    find_python
    local wanted
    wanted=$(cksum <"$PROJECT/setup.cfg")$("$PYTHON" --version)
    VENV=$PROJECT/.venv
    if [ ! -w "$PROJECT" ] && ! up_to_date "$wanted"; then
        VENV=${XDG_CACHE_HOME:-${HOME:-/}/.cache}/$NAME/venv
        mkdir -p "$VENV" 2>/dev/null || die "$PROJECT and $VENV are not writable; name a folder of yours by XDG_CACHE_HOME" \
            "$PROJECT и $VENV недоступны для записи; укажите свою папку в XDG_CACHE_HOME"
    fi
    if ! up_to_date "$wanted"; then
        say "Preparing $VENV ($("$PYTHON" --version))" "Готовим $VENV ($("$PYTHON" --version))"
        "$PYTHON" -I -m venv --clear "$VENV"
        local -a packages
        mapfile -t packages < <(runtime_packages; test_packages)
        "$VENV/bin/python" -I -m pip install -qq --disable-pip-version-check "${packages[@]}"
        printf '%s' "$wanted" >"$VENV/wanted"
    fi
    cd "$PROJECT"
    export PYTHONPATH=$PROJECT:$PROJECT/plugin
}

up_to_date() { [ "$(cat "$VENV/wanted" 2>/dev/null || true)" = "$1" ] && [ -x "$VENV/bin/python" ]; }

run_demo() {
    export CALLED_FROM=$PWD
    environment
    exec "$VENV/bin/python" -m tests.demo "$@"
}

run_tests() {
    environment
    local -a chosen=(-n "$(($(nproc) + 1))" --dist loadscope --no-loadscope-reorder)  # they also wait
    local quick=
    if [ "${1:-}" = quick ]; then
        shift
        quick=1
        chosen=(-n "$(nproc)" -m 'not slow' --hypothesis-profile quick)
    fi
    unset PYTHONDONTWRITEBYTECODE  # else every process compiles all of it again
    TESTS_FOLDER=$(mktemp -d "$(tests_memory)/tests.XXXXXX")
    trap 'rm -rf "$TESTS_FOLDER"' EXIT
    # what needs neither browser nor database server does not wait for them
    export BROWSER_BEING_INSTALLED=$TESTS_FOLDER/browser SERVERS_BEING_INSTALLED=$TESTS_FOLDER/servers
    if [ -z "$quick" ]; then
        touch "$BROWSER_BEING_INSTALLED" "$SERVERS_BEING_INSTALLED"
        (
            trap 'rm -f "$BROWSER_BEING_INSTALLED" "$SERVERS_BEING_INSTALLED"' EXIT
            install_chromium
            rm -f "$BROWSER_BEING_INSTALLED"
            install_servers
        ) &
    fi
    # what looks at the text alone runs beside the tests and speaks after them
    (status=0; "$VENV/bin/ruff" check plugin tests || status=1; "$VENV/bin/mypy" || status=1; exit "$status") \
        >"$TESTS_FOLDER/text" 2>&1 &
    local text=$! status=0
    PYTEST_DEBUG_TEMPROOT=$TESTS_FOLDER "$VENV/bin/python" -m pytest "${chosen[@]}" "$@" || status=$?
    wait "$text" || [ "$status" -ne 0 ] || status=1
    cat "$TESTS_FOLDER/text"
    say "$SECONDS s" "$SECONDS с"
    return "$status"
}

# A folder in memory where the tests may run programs and have room, else the usual one: SQLite waits for disks.
tests_memory() {
    local folder=/dev/shm free
    free=$(df -Pm "$folder" 2>/dev/null | awk 'NR == 2 {print $4}')
    if [ -w "$folder" ] && [ "${free:-0}" -ge 4000 ] && ! findmnt -no OPTIONS -T "$folder" | grep -qw noexec; then
        printf '%s' "$folder"
    else
        printf '%s' "${TMPDIR:-/tmp}"
    fi
}

# The headless shell is the same engine without windows, and takes half the time: root gets it where there is one.
install_chromium() {
    local each found=
    for each in chromium-headless-shell chromium chromium-browser google-chrome; do
        if command -v "$each" >/dev/null; then found=$each; break; fi
    done
    if [ "$found" = chromium-headless-shell ] || { [ -n "$found" ] && [ "$(id -u)" != 0 ]; }; then return; fi
    [ "$(id -u)" = 0 ] || die "the browser tests need Chromium; install it or run this as root" \
        "тестам страниц нужен Chromium; установите его или запустите от root"
    say "Installing Chromium for the browser tests" "Ставим Chromium для тестов страниц"
    if command -v apt-get >/dev/null; then
        export DEBIAN_FRONTEND=noninteractive
        apt-get -qq update || [ -n "$found" ]
        for each in chromium-headless-shell chromium; do
            [ "$each" != "$found" ] || return 0
            if apt-get -qq install -y --no-install-recommends "$each" >/dev/null 2>&1; then return; fi
        done
        [ -n "$found" ]
    elif [ -z "$found" ]; then
        dnf -q install -y chromium >/dev/null
    fi
}

# MariaDB with Galera, for the tests of the mirror; they start servers of their own.
install_servers() {
    if [ -x /usr/sbin/mariadbd ] && [ -e /usr/lib/galera/libgalera_smm.so ] && command -v rsync >/dev/null; then return; fi
    if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
        say "The tests of the mirror are left out: they need Debian's mariadb-server, galera-4 and rsync" \
            "Тесты копии в базе панели пропущены: им нужны пакеты Debian mariadb-server, galera-4 и rsync"
        return
    fi
    say "Installing MariaDB for the tests of the mirror" "Ставим MariaDB для тестов копии в базе панели"
    DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends mariadb-server galera-4 rsync >/dev/null
}

main "$@"
