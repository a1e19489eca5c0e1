package io.litestream4j.spring.boot.autoconfigure;

import java.beans.PropertyDescriptor;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.springframework.beans.BeanUtils;
import org.springframework.boot.context.properties.bind.DataObjectPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;

/** The names of all keys below {@code litestream.}, read from the properties class. */
final class KnownKeys {

    private KnownKeys() {}

    /** Whether a key below {@code litestream.} means something. */
    static boolean contains(ConfigurationPropertyName key) {
        int start = start(key);
        if (start >= key.getNumberOfElements()) {
            return true;
        }
        String rest = uniform(rest(key, start));
        return below(type(start)).stream().anyMatch(known -> uniform(known).equals(rest));
    }

    /** The key that is most like a wrong one, if any is alike. */
    static Optional<String> closest(ConfigurationPropertyName wrong) {
        int start = start(wrong);
        String rest = rest(wrong, start);
        String prefix = wrong.chop(start).toString();
        return below(type(start)).stream()
                .filter(key -> distance(key, rest) <= Math.max(2, rest.length() / 3))
                .min(Comparator.comparingInt((String key) -> distance(key, rest))
                        .thenComparing(key -> key))
                .map(key -> prefix + "." + key);
    }

    /** Whether the key's value must not be shown; in whichever form the key is written. */
    static boolean isSecret(String key) {
        String uniform = uniform(key.replace("_", ""));
        return uniform.contains("secret") || uniform.contains("accesskey") || uniform.contains("kmskey");
    }

    /** The keys at the top that are almost what the end of a variable's name says, but not quite; none if it is one. */
    static Optional<String> closestToVariable(String end) {
        String wrong = uniform(end.replace("_", ""));
        List<String> known = below(LitestreamProperties.class);
        if (known.stream().anyMatch(key -> variable(key).equals(wrong))) {
            return Optional.empty();
        }
        return known.stream()
                .filter(key -> distance(variable(key), wrong) <= 2 && wrong.length() > 5)
                .min(Comparator.comparingInt((String key) -> distance(variable(key), wrong))
                        .thenComparing(key -> key));
    }

    private static String variable(String key) {
        return uniform(key.replace(".", ""));
    }

    /** Number of elements before the ones that name a key: those of a database and a replica in it may have any name. */
    private static int start(ConfigurationPropertyName key) {
        if (!isElement(key, 1, "databases")) {
            return 1;
        }
        return isElement(key, 3, "replicas") ? 5 : 3;
    }

    private static boolean isElement(ConfigurationPropertyName key, int index, String element) {
        return key.getNumberOfElements() > index
                && key.getElement(index, Form.UNIFORM).equals(element);
    }

    private static Class<?> type(int start) {
        if (start == 1) {
            return LitestreamProperties.class;
        }
        return start == 5 ? LitestreamProperties.Replica.class : LitestreamProperties.Database.class;
    }

    private static String rest(ConfigurationPropertyName key, int start) {
        List<String> elements = new ArrayList<>();
        for (int i = start; i < key.getNumberOfElements(); i++) {
            elements.add(key.getElement(i, Form.DASHED));
        }
        return String.join(".", elements);
    }

    private static String uniform(String key) {
        return key.replace("-", "").toLowerCase(Locale.ROOT);
    }

    private static List<String> below(Class<?> type) {
        List<String> keys = new ArrayList<>();
        for (PropertyDescriptor property : BeanUtils.getPropertyDescriptors(type)) {
            String name = DataObjectPropertyName.toDashedForm(property.getName());
            Class<?> valueType = property.getPropertyType();
            if (property.getWriteMethod() != null || valueType == Map.class) {
                keys.add(name);
            } else if (valueType != Class.class) {
                below(valueType).forEach(key -> keys.add(name + "." + key));
            }
        }
        return keys;
    }

    /** Levenshtein's distance. */
    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[b.length()];
    }
}
