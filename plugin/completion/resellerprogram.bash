# resellerprogram: completion for bash, written by `python -m tests.copies` from cli/parser.py

# What may follow a command ("": the program itself): words, options, and those of them that take a value.
_resellerprogram_after() {
    case $1 in
    '') words='plan apply overview corrections gaming start stop trial daily sweep explain status doctor queue set-aside tiers what-if classes members opening settings notices changes backup restore mirror withdraw undo put-back' options='--help --root --lang --version' valued='--root --lang' ;;
    ' plan') words='' options='--help --account --json --date --summary --way --class --failed --detailed-exitcode' valued='--root --lang --account --date --way --class' ;;
    ' apply') words='' options='--help --account --json --plan --allow-drop' valued='--root --lang --account --plan' ;;
    ' overview') words='' options='--help --json' valued='--root --lang' ;;
    ' corrections') words='' options='--help --account --json' valued='--root --lang --account' ;;
    ' gaming') words='' options='--help --json' valued='--root --lang' ;;
    ' start') words='' options='--help --yes' valued='--root --lang' ;;
    ' stop') words='' options='--help' valued='--root --lang' ;;
    ' trial') words='' options='--help' valued='--root --lang' ;;
    ' daily') words='' options='--help --json' valued='--root --lang' ;;
    ' sweep') words='' options='--help' valued='--root --lang' ;;
    ' explain') words='' options='--help --date --json' valued='--root --lang --date' ;;
    ' status') words='' options='--help --json' valued='--root --lang' ;;
    ' doctor') words='' options='--help --json --try-on --brief --report' valued='--root --lang --try-on --report' ;;
    ' queue') words='list retry drop' options='--help --json' valued='--root --lang --root --lang' ;;
    ' queue list') words='' options='--help --json' valued='--root --lang' ;;
    ' queue retry') words='' options='--help' valued='--root --lang' ;;
    ' queue drop') words='' options='--help' valued='--root --lang' ;;
    ' set-aside') words='' options='--help --json' valued='--root --lang' ;;
    ' tiers') words='show import end export' options='--help --date' valued='--root --lang --date --root --lang' ;;
    ' tiers show') words='' options='--help --date' valued='--root --lang --date' ;;
    ' tiers import') words='' options='--help --decimal --percents --column --from --dry-run --yes' valued='--root --lang --decimal --percents --column --from' ;;
    ' tiers end') words='' options='--help --from --dry-run --yes' valued='--root --lang --from' ;;
    ' tiers export') words='' options='--help --date' valued='--root --lang --date' ;;
    ' what-if') words='' options='--help --months --json' valued='--root --lang --months' ;;
    ' classes') words='list set remove' options='--help --json' valued='--root --lang --root --lang' ;;
    ' classes list') words='' options='--help --json' valued='--root --lang' ;;
    ' classes set') words='' options='--help --types --leave-out --cap --reason --yes --title-en --title-ru' valued='--root --lang --types --leave-out --cap --reason --title-en --title-ru' ;;
    ' classes remove') words='' options='--help' valued='--root --lang' ;;
    ' members') words='list enrol exclude pin reset unpin' options='--help --within --tier --trouble --pinned --json' valued='--root --lang --within --tier --root --lang' ;;
    ' members list') words='' options='--help --within --tier --trouble --pinned --json' valued='--root --lang --within --tier' ;;
    ' members enrol') words='' options='--help --reason' valued='--root --lang --reason' ;;
    ' members exclude') words='' options='--help --reason --yes' valued='--root --lang --reason' ;;
    ' members pin') words='' options='--help --until --exactly --reason --yes' valued='--root --lang --until --reason' ;;
    ' members reset') words='' options='--help --reason --yes' valued='--root --lang --reason' ;;
    ' members unpin') words='' options='--help --reason --yes' valued='--root --lang --reason' ;;
    ' opening') words='list add end import' options='--help --account --json' valued='--root --lang --account --root --lang' ;;
    ' opening list') words='' options='--help --account --json' valued='--root --lang --account' ;;
    ' opening add') words='' options='--help --until --day --reason --dry-run --yes' valued='--root --lang --until --day --reason' ;;
    ' opening end') words='' options='--help --reason --dry-run --yes' valued='--root --lang --reason' ;;
    ' opening import') words='' options='--help --dry-run --yes' valued='--root --lang' ;;
    ' settings') words='show set' options='--help --json' valued='--root --lang --root --lang' ;;
    ' settings show') words='' options='--help --json' valued='--root --lang' ;;
    ' settings set') words='provider currency members window_months excluded_payment_methods other_discounts promo_codes promotions automatic drop_limit_percent drop_limit_count verify_days notifications history_months joining client_notices warn_days discount_names employee panel_url panel_certificate mirror mirror_schema' options='--help --reason --yes' valued='--root --lang --reason' ;;
    ' notices') words='' options='--help --json --count' valued='--root --lang --count' ;;
    ' changes') words='' options='--help --json --count' valued='--root --lang --count' ;;
    ' backup') words='' options='--help' valued='--root --lang' ;;
    ' restore') words='' options='--help --from-panel --look --schema' valued='--root --lang --schema' ;;
    ' mirror') words='' options='--help --json --replace' valued='--root --lang' ;;
    ' withdraw') words='' options='--help --json --plan --reason --yes' valued='--root --lang --reason' ;;
    ' undo') words='' options='--help --plan --json --reason --yes' valued='--root --lang --reason' ;;
    ' put-back') words='' options='--help' valued='--root --lang' ;;
    *) words='' ;;
    esac
}

# What the value of an option may be; nothing: a file.
_resellerprogram_value() {
    words=''
    case $1 in
    *' --lang') words='en ru' ;;
    ' plan --way') words='start rise fall end put-right other' ;;
    ' tiers import --decimal') words=', .' ;;
    ' tiers import --percents') words='percent share' ;;
    esac
}

_resellerprogram() {
    local current=${COMP_WORDS[COMP_CWORD]} path='' at=1 word words options valued
    _resellerprogram_after ''
    while [ "$at" -lt "$COMP_CWORD" ]; do
        word=${COMP_WORDS[at]}
        case " $valued " in *" $word "*)
            at=$((at + 1))
            if [ "${COMP_WORDS[at]}" = '=' ]; then at=$((at + 1)); fi  # bash takes --lang=ru for three words
            ;;
        esac
        case " $words " in *" $word "*) path="$path $word" && _resellerprogram_after "$path" ;; esac
        at=$((at + 1))
    done
    if [ "$at" -gt "$COMP_CWORD" ]; then
        _resellerprogram_value "$path $word"
        options=''
    fi
    case $current in -*) words=$options ;; =) current='' ;; esac
    # shellcheck disable=SC2207
    COMPREPLY=($(compgen -W "$words" -- "$current"))
}

complete -o default -F _resellerprogram resellerprogram
