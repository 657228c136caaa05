select locale, composition from front where composition is not null
