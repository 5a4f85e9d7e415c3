. ../words.sh

for stack in 'three 3x3:-D layers=3 -D kernel=3' 'one 7x7:-D layers=1 -D kernel=7'; do
    name=${stack%%:*} options=${stack#*:}
    figure "$name: maps" "$(echo $(table op output -- $options | sed -n 's/^conv 8x//p'))"
    figure "$name: receptive field" "$(total receptive_field $options)"
    figure "$name: ReLU layers" "$(table op -- $options | grep -c relu)"
done
