package io.litestream4j.spring.boot.autoconfigure;

import java.beans.PropertyDescriptor;
import java.util.Map;
import java.util.TreeMap;
import org.springframework.beans.BeanUtils;
import org.springframework.boot.context.properties.bind.DataObjectPropertyName;

/** What can be bound to a class, found by looking at its getters and setters. */
final class BindableKeys {

    private BindableKeys() {}

    /** The names of all keys, with those of nested classes, and what each is bound to. */
    static Map<String, PropertyDescriptor> of(Class<?> type) {
        Map<String, PropertyDescriptor> keys = new TreeMap<>();
        for (PropertyDescriptor property : BeanUtils.getPropertyDescriptors(type)) {
            String name = DataObjectPropertyName.toDashedForm(property.getName());
            if (property.getWriteMethod() != null || property.getPropertyType() == Map.class) {
                keys.put(name, property);
            } else if (property.getPropertyType() != Class.class) {
                of(property.getPropertyType()).forEach((key, nested) -> keys.put(name + "." + key, nested));
            }
        }
        return keys;
    }
}
