# shellcheck shell=bash
# What the scripts share, sourced by each: the packages that are needed, and the two builds.

root=$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")

# Debian 12 package, the group of scripts that need it, what for.
packages() {
    cat <<'LIST'
gcc              build  the compiler, with its sanitizers
libc6-dev        build  headers of the C library
meson            build  the build system; brings ninja and Python
ninja-build      build  runs the build
pkg-config       build  finds the libraries
liblua5.4-dev    build  the embedded language
libreadline-dev  build  line editing at the prompt
libjansson-dev   build  reports and saved networks in JSON
libcsv-dev       build  reports and data in CSV
libmxml-dev      build  reports in XML, as JUnit has them
check            test   unit tests in C
lua-unit         test   tests in Lua
parallel         test   what the README says of many processors
clang-format     lint   the layout of C
clang-tidy       lint   common mistakes in C
lua-check        lint   common mistakes in Lua
shellcheck       lint   common mistakes in shell
lua5.4           bench  what start-up is compared with
libopenblas-dev  bench  the products of the programs that networks are compared with
LIST
}

# Run a command without a word, unless it fails.
quietly() {
    local output
    output=$("$@" 2>&1 </dev/null) || {
        printf '%s\n' "$output" >&2
        return 1
    }
}

# install_packages GROUP...
# Asks apt only when a package is missing, so that everything works again without a network.
# A system without dpkg is trusted to have them; the build says what it lacks.
install_packages() {
    local name group installed missing=() as_root=()
    command -v dpkg-query >/dev/null || return 0
    installed=$(dpkg-query --show --showformat='<${Package} ${db:Status-Status}>')
    while read -r name group _; do
        [[ " $* " != *" $group "* || $installed == *"<$name installed>"* ]] || missing+=("$name")
    done < <(packages)
    ((${#missing[@]})) || return 0

    echo "installing ${missing[*]}" >&2
    ((EUID == 0)) || as_root=(sudo)
    quietly "${as_root[@]}" apt-get -qq update
    quietly "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get -qq install --yes --no-install-recommends "${missing[@]}"
}

# build DIRECTORY [MESON-OPTION...]: set up once, then bring up to date.
build() {
    local directory=$root/$1
    shift
    if [[ ! -f $directory/build.ninja ]]; then
        echo "building in $directory" >&2
        quietly meson setup "$directory" "$root" "$@"
    fi
    quietly ninja --quiet -C "$directory"
}

# What people run: the program alone, optimised.
build_program() {
    build build -Dtests=false
}

# What is tested: everything, and the first wrong access or overflow ends the program.
build_tests() {
    build build-test -Db_sanitize=address,undefined -Dc_args=-fno-sanitize-recover=all
}
