. ../words.sh

figure "parameters of all layers" "$(total parameters)"
