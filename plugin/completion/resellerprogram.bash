# resellerprogram: completion for bash, written by `python -m tests.copies` from cli/parser.py

# What may follow a command ("": the program itself): words, options, and those of them that take a value.
_resellerprogram_after() {
    case $1 in
    '') words='plan apply overview corrections gaming start stop trial daily sweep explain status doctor queue set-aside tiers what-if classes members opening settings notices changes backup restore mirror withdraw undo put-back' options='--help --root --lang --version' valued='--root --lang' ;;
    ' plan') words='' options='--help --account --json --date --summary --way --class --failed --detailed-exitcode' valued='--account --date --way --class' ;;
    ' apply') words='' options='--help --account --json --plan --allow-drop' valued='--account --plan' ;;
    ' overview') words='' options='--help --json' valued='' ;;
    ' corrections') words='' options='--help --account --json' valued='--account' ;;
    ' gaming') words='' options='--help --json' valued='' ;;
    ' start') words='' options='--help --yes' valued='' ;;
    ' stop') words='' options='--help' valued='' ;;
    ' trial') words='' options='--help' valued='' ;;
    ' daily') words='' options='--help --json' valued='' ;;
    ' sweep') words='' options='--help' valued='' ;;
    ' explain') words='' options='--help --date --json' valued='--date' ;;
    ' status') words='' options='--help --json' valued='' ;;
    ' doctor') words='' options='--help --json --try-on --brief --report' valued='--try-on --report' ;;
    ' queue') words='list retry drop' options='--help --json' valued='' ;;
    ' queue list') words='' options='--help --json' valued='' ;;
    ' queue retry') words='' options='--help' valued='' ;;
    ' queue drop') words='' options='--help' valued='' ;;
    ' set-aside') words='' options='--help --json' valued='' ;;
    ' tiers') words='show import end export' options='--help --date' valued='--date' ;;
    ' tiers show') words='' options='--help --date' valued='--date' ;;
    ' tiers import') words='' options='--help --decimal --percents --column --from --dry-run --yes' valued='--decimal --percents --column --from' ;;
    ' tiers end') words='' options='--help --from --dry-run --yes' valued='--from' ;;
    ' tiers export') words='' options='--help --date' valued='--date' ;;
    ' what-if') words='' options='--help --months --json' valued='--months' ;;
    ' classes') words='list set remove' options='--help --json' valued='' ;;
    ' classes list') words='' options='--help --json' valued='' ;;
    ' classes set') words='' options='--help --types --leave-out --cap --reason --yes --title-en --title-ru' valued='--types --leave-out --cap --reason --title-en --title-ru' ;;
    ' classes remove') words='' options='--help' valued='' ;;
    ' members') words='list enrol exclude pin reset unpin' options='--help --within --tier --trouble --pinned --json' valued='--within --tier' ;;
    ' members list') words='' options='--help --within --tier --trouble --pinned --json' valued='--within --tier' ;;
    ' members enrol') words='' options='--help --reason' valued='--reason' ;;
    ' members exclude') words='' options='--help --reason --yes' valued='--reason' ;;
    ' members pin') words='' options='--help --until --exactly --reason --yes' valued='--until --reason' ;;
    ' members reset') words='' options='--help --reason --yes' valued='--reason' ;;
    ' members unpin') words='' options='--help --reason --yes' valued='--reason' ;;
    ' opening') words='list add end import' options='--help --account --json' valued='--account' ;;
    ' opening list') words='' options='--help --account --json' valued='--account' ;;
    ' opening add') words='' options='--help --until --day --reason --dry-run --yes' valued='--until --day --reason' ;;
    ' opening end') words='' options='--help --reason --dry-run --yes' valued='--reason' ;;
    ' opening import') words='' options='--help --dry-run --yes' valued='' ;;
    ' settings') words='show set' options='--help --json' valued='' ;;
    ' settings show') words='' options='--help --json' valued='' ;;
    ' settings set') words='provider currency members window_months excluded_payment_methods other_discounts promo_codes promotions automatic drop_limit_percent drop_limit_count verify_days notifications history_months joining client_notices warn_days discount_names employee panel_url panel_certificate mirror mirror_schema' options='--help --reason --yes' valued='--reason' ;;
    ' notices') words='' options='--help --json --count' valued='--count' ;;
    ' changes') words='' options='--help --json --count' valued='--count' ;;
    ' backup') words='' options='--help' valued='' ;;
    ' restore') words='' options='--help --from-panel --look --schema' valued='--schema' ;;
    ' mirror') words='' options='--help --json --replace' valued='' ;;
    ' withdraw') words='' options='--help --json --plan --reason --yes' valued='--reason' ;;
    ' undo') words='' options='--help --plan --json --reason --yes' valued='--reason' ;;
    ' put-back') words='' options='--help' valued='' ;;
    *) words='' ;;
    esac
}

# What the value of an option may be; nothing: a file.
_resellerprogram_value() {
    words=''
    case $1 in
    ' --lang') words='en ru' ;;
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
        case " $valued " in *" $word "*) at=$((at + 1)) ;; esac
        case " $words " in *" $word "*) path="$path $word" && _resellerprogram_after "$path" ;; esac
        at=$((at + 1))
    done
    if [ "$at" -gt "$COMP_CWORD" ]; then
        _resellerprogram_value "$path $word"
        options=''
    fi
    case $current in -*) words=$options ;; esac
    # shellcheck disable=SC2207
    COMPREPLY=($(compgen -W "$words" -- "$current"))
}

complete -o default -F _resellerprogram resellerprogram
