. ../words.sh

printf '\000\000\200\077' >"$OUT/one.raw" # the input: the number 1, as four bytes

measure() { # SLOPE LAYERS
    "$FOVEA" run model.fov "$OUT/one.raw" --raw -D slope="$1" -D layers="$2" --output "$OUT" >"$OUT/answer"
    for form in plain residual; do
        value=$(awk -v form="${form}_gradient" '$1 == form { getline; printf "%.5g", $1 }' "$OUT/answer")
        figure "slope $1, $2 layers: $form" "$value"
    done
}

measure 0.1 10
measure 0.1 50
measure -0.1 50
