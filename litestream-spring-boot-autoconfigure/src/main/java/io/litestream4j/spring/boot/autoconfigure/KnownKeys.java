package io.litestream4j.spring.boot.autoconfigure;

import java.beans.PropertyDescriptor;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.springframework.beans.BeanUtils;
import org.springframework.boot.context.properties.bind.DataObjectPropertyName;

/** The names of all keys below {@code litestream.}, read from the properties class. */
final class KnownKeys {

    private static final Pattern MAPS = Pattern.compile(
            "(litestream\\.databases\\.[^.]+\\.(?:replicas\\.[^.]+\\.)?|litestream\\.)(.*)", Pattern.DOTALL);

    private KnownKeys() {}

    /** The key that is most like a wrong one, if any is alike. */
    static Optional<String> closest(String wrong) {
        Matcher matcher = MAPS.matcher(wrong);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        String prefix = matcher.group(1);
        String rest = matcher.group(2);
        return below(typeOf(prefix)).stream()
                .filter(key -> distance(key, rest) <= Math.max(2, rest.length() / 3))
                .min(Comparator.comparingInt((String key) -> distance(key, rest))
                        .thenComparing(key -> key))
                .map(key -> prefix + key);
    }

    /** Whether the key's value must not be shown. */
    static boolean isSecret(String key) {
        return key.contains("secret") || key.contains("access-key") || key.contains("accesskey");
    }

    private static Class<?> typeOf(String prefix) {
        if (prefix.equals("litestream.")) {
            return LitestreamProperties.class;
        }
        return prefix.contains(".replicas.") ? LitestreamProperties.Replica.class : LitestreamProperties.Database.class;
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
