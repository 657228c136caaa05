// Dates, numbers, units, lists and names in every locale.
#include "locales/format.h"

#include <math.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define NBSP  "\xc2\xa0"
#define NNBSP "\u202f"
#define RLM   "\u200f"
#define LRM   "\u200e"

static int setup(void **state)
{
    return locales_init();
}

// 2025-09-01T17:30:00Z is already 2 September in Viet Nam.
#define SECOND_SEPTEMBER 1756747800

// What every locale writes, byte for byte. Checked by hand against CLDR 48 and each language's own
// habits; where ICU 72 and CLDR 48 part, the registry decides, and it is our string that stands
// here. The moment is SECOND_SEPTEMBER.
static const struct formats {
    const char *locale;
    const char *dates[DATE_STYLES];
    const char *percent[2];   // 12.5, -1234
    const char *compact[7];   // 1000, 1500, 150000, 8.7, 12 and 100.3 million, 1.2 thousand million
    const char *units[UNITS]; // 1234 km, 3359.84 km2, 3143 m, -5 degrees
    const char *relative[9];  // now; 1 minute, 2 hours, 3 days ago; ... see test_relative
    const char *lists[4];     // A and B; A, B and C; A or B; A, B or C
    const char *territories[4]; // VN, LA, TR, AU
    const char *languages;      // within a text, in the registry's order
} formats[] = {
    {"vi",
     .dates = {"ngày 2 tháng 9 năm 2025", "02/09/2025", "tháng 9 năm 2025",
               "Thứ Ba, ngày 2 tháng 9 năm 2025", "00:30 ngày 2 tháng 9 năm 2025", "2025"},
     .percent = {"12,5%", "-1.234%"},
     .compact = {"1 nghìn", "1,5 nghìn", "150 nghìn", "8,7 triệu", "12 triệu", "100 triệu",
                 "1,2 tỷ"},
     .units = {"1.234 km", "3.359,84 km²", "3.143 m", "-5°C"},
     .relative = {"bây giờ", "1 phút trước", "2 giờ trước", "3 ngày trước", "sau 1 ngày nữa",
                  "5 tháng trước", "sau 11 ngày nữa", "1 năm trước", "sau 3 năm nữa"},
     .lists = {"A và B", "A, B và C", "A hoặc B", "A, B hoặc C"},
     .territories = {"Việt Nam", "Lào", "Thổ Nhĩ Kỳ", "Úc"},
     .languages = "tiếng Việt, tiếng Anh, tiếng Trung giản thể, tiếng Trung phồn thể, tiếng Pháp, "
                  "tiếng Tây Ban Nha, tiếng Nga, tiếng Ả Rập, tiếng Bồ Đào Nha, tiếng Đức, "
                  "tiếng Nhật, tiếng Hàn, tiếng Lào, tiếng Thái Lan, tiếng Khmer, "
                  "tiếng Indonesia, tiếng Ê Đê, tiếng Gia Rai, tiếng Ba Na, tiếng Chăm, "
                  "tiếng Mông, tiếng Thái (Việt Nam)"},
    {"en",
     .dates = {"2 September 2025", "2 Sep 2025", "September 2025", "Tuesday, 2 September 2025",
               "2 September 2025, 00:30", "2025"},
     .percent = {"12.5%", "-1,234%"},
     .compact = {"1 thousand", "1.5 thousand", "150 thousand", "8.7 million", "12 million",
                 "100 million", "1.2 billion"},
     .units = {"1,234 km", "3,359.84 km²", "3,143 m", "-5°C"},
     .relative = {"now", "1 minute ago", "2 hours ago", "3 days ago", "in 1 day", "5 months ago",
                  "in 11 days", "1 year ago", "in 3 years"},
     .lists = {"A and B", "A, B and C", "A or B", "A, B or C"},
     .territories = {"Viet Nam", "Laos", "Türkiye", "Australia"},
     .languages = "Vietnamese, English, Simplified Chinese, Traditional Chinese, French, "
                  "Spanish, Russian, Arabic, Portuguese, German, "
                  "Japanese, Korean, Lao, Thai, Khmer, "
                  "Indonesian, Ede, Jarai, Bahnar, Eastern Cham, "
                  "Hmong, Tai Dam"},
    {"zh-Hans",
     .dates = {"2025年9月2日", "2025/9/2", "2025年9月", "2025年9月2日星期二", "2025年9月2日 00:30",
               "2025年"},
     .percent = {"12.5%", "-1,234%"},
     .compact = {"1000", "1500", "15万", "870万", "1200万", "1亿", "12亿"},
     .units = {"1,234公里", "3,359.84平方公里", "3,143米", "-5°C"},
     .relative = {"现在", "1分钟前", "2小时前", "3天前", "1天后", "5个月前", "11天后", "1年前",
                  "3年后"},
     .lists = {"A和B", "A、B和C", "A或B", "A、B或C"},
     .territories = {"越南", "老挝", "土耳其", "澳大利亚"},
     .languages = "越南语, 英语, 简体中文, 繁体中文, 法语, "
                  "西班牙语, 俄语, 阿拉伯语, 葡萄牙语, 德语, "
                  "日语, 韩语, 老挝语, 泰语, 高棉语, "
                  "印度尼西亚语, Êđê, Jrai, Bahnar, Chăm, "
                  "苗语, Thái"},
    {"zh-Hant",
     .dates = {"2025年9月2日", "2025/9/2", "2025年9月", "2025年9月2日 星期二", "2025年9月2日 00:30",
               "2025年"},
     .percent = {"12.5%", "-1,234%"},
     .compact = {"1000", "1500", "15萬", "870萬", "1200萬", "1億", "12億"},
     .units = {"1,234 公里", "3,359.84 平方公里", "3,143 公尺", "-5°C"},
     .relative = {"現在", "1 分鐘前", "2 小時前", "3 天前", "1 天後", "5 個月前", "11 天後",
                  "1 年前", "3 年後"},
     .lists = {"A和B", "A、B和C", "A或B", "A、B或C"},
     .territories = {"越南", "寮國", "土耳其", "澳洲"},
     .languages = "越南文, 英文, 簡體中文, 繁體中文, 法文, "
                  "西班牙文, 俄文, 阿拉伯文, 葡萄牙文, 德文, "
                  "日文, 韓文, 寮文, 泰文, 高棉文, "
                  "印尼文, Êđê, Jrai, Bahnar, Chăm, "
                  "苗語, Thái"},
    {"fr",
     .dates = {"2 septembre 2025", "02/09/2025", "septembre 2025", "mardi 2 septembre 2025",
               "2 septembre 2025 à 00:30", "2025"},
     .percent = {"12,5\u00a0%", "-1\u202f234\u00a0%"},
     .compact = {"mille", "1,5 millier", "150 mille", "8,7 millions", "12 millions", "100 millions",
                 "1,2 milliard"},
     .units = {"1\u202f234\u202fkm", "3\u202f359,84\u202fkm²", "3\u202f143\u202fm", "-5\u202f°C"},
     .relative = {"maintenant", "il y a 1 minute", "il y a 2 heures", "il y a 3 jours",
                  "dans 1 jour", "il y a 5 mois", "dans 11 jours", "il y a 1 an", "dans 3 ans"},
     .lists = {"A et B", "A, B et C", "A ou B", "A, B ou C"},
     .territories = {"Viêt Nam", "Laos", "Turquie", "Australie"},
     .languages = "vietnamien, anglais, chinois simplifié, chinois traditionnel, français, "
                  "espagnol, russe, arabe, portugais, allemand, "
                  "japonais, coréen, lao, thaï, khmer, "
                  "indonésien, Êđê, Jrai, Bahnar, Chăm, "
                  "hmong, Thái"},
    {"es",
     .dates = {"2 de septiembre de 2025", "2/9/2025", "septiembre de 2025",
               "martes, 2 de septiembre de 2025", "2 de septiembre de 2025, 0:30", "2025"},
     .percent = {"12,5\u00a0%", "-1234\u00a0%"},
     .compact = {"1 mil", "1,5 mil", "150 mil", "8,7 millones", "12 millones", "100 millones",
                 "1,2 mil millones"},
     .units = {"1234 km", "3359,84 km²", "3143 m", "-5 °C"},
     .relative = {"ahora", "hace 1 minuto", "hace 2 horas", "hace 3 días", "dentro de 1 día",
                  "hace 5 meses", "dentro de 11 días", "hace 1 año", "dentro de 3 años"},
     .lists = {"A y B", "A, B y C", "A o B", "A, B o C"},
     .territories = {"Vietnam", "Laos", "Turquía", "Australia"},
     .languages = "vietnamita, inglés, chino simplificado, chino tradicional, francés, "
                  "español, ruso, árabe, portugués, alemán, "
                  "japonés, coreano, lao, tailandés, jemer, "
                  "indonesio, Êđê, Jrai, Bahnar, Chăm, "
                  "hmong, Thái"},
    {"ru",
     .dates = {"2 сентября 2025 г.", "02.09.2025", "сентябрь 2025 г.",
               "вторник, 2 сентября 2025 г.", "2 сентября 2025 г., 00:30", "2025 г."},
     .percent = {"12,5\u00a0%", "-1\u00a0234\u00a0%"},
     .compact = {"1 тысяча", "1,5 тысячи", "150 тысяч", "8,7 миллиона", "12 миллионов",
                 "100 миллионов", "1,2 миллиарда"},
     .units = {"1\u00a0234 км", "3\u00a0359,84 км²", "3\u00a0143 м", "-5 °C"},
     .relative = {"сейчас", "1 минуту назад", "2 часа назад", "3 дня назад", "через 1 день",
                  "5 месяцев назад", "через 11 дней", "1 год назад", "через 3 года"},
     .lists = {"A и B", "A, B и C", "A или B", "A, B или C"},
     .territories = {"Вьетнам", "Лаос", "Турция", "Австралия"},
     .languages = "вьетнамский, английский, китайский, упрощенное письмо, китайский, традиционное "
                  "письмо, французский, "
                  "испанский, русский, арабский, португальский, немецкий, "
                  "японский, корейский, лаосский, тайский, кхмерский, "
                  "индонезийский, Êđê, Jrai, Bahnar, Chăm, "
                  "хмонг, Thái"},
    {"ar",
     .dates = {"2 سبتمبر 2025", "2\u200f/9\u200f/2025", "سبتمبر 2025", "الثلاثاء، 2 سبتمبر 2025",
               "2 سبتمبر 2025، 00:30", "2025"},
     .percent = {"12.5\u200e%\u200e", "\u200e-1,234\u200e%\u200e"},
     .compact = {"1 ألف", "1.5 ألف", "150 ألف", "8.7 مليون", "12 مليون", "100 مليون", "1.2 مليار"},
     .units = {"1,234 كم", "3,359.84 كم²", "3,143 م", "\u200e-5°م"},
     .relative = {"الآن", "قبل دقيقة واحدة", "قبل ساعتين", "قبل 3 أيام", "خلال يوم واحد",
                  "قبل 5 أشهر", "خلال 11 يومًا", "قبل سنة واحدة", "خلال 3 سنوات"},
     .lists = {"A وB", "A وB وC", "A أو B", "A أو B أو C"},
     .territories = {"فيتنام", "لاوس", "تركيا", "أستراليا"},
     .languages = "الفيتنامية, الإنجليزية, الصينية المبسطة, الصينية التقليدية, الفرنسية, "
                  "الإسبانية, الروسية, العربية, البرتغالية, الألمانية, "
                  "اليابانية, الكورية, اللاوية, التايلاندية, الخميرية, "
                  "الإندونيسية, Êđê, Jrai, Bahnar, Chăm, "
                  "الهمونجية, Thái"},
    {"pt",
     .dates = {"2 de setembro de 2025", "02/09/2025", "setembro de 2025",
               "terça-feira, 2 de setembro de 2025", "2 de setembro de 2025 às 00:30", "2025"},
     .percent = {"12,5%", "-1.234%"},
     .compact = {"1 mil", "1,5 mil", "150 mil", "8,7 milhões", "12 milhões", "100 milhões",
                 "1,2 bilhão"},
     .units = {"1.234 km", "3.359,84 km²", "3.143 m", "-5 °C"},
     .relative = {"agora", "há 1 minuto", "há 2 horas", "há 3 dias", "em 1 dia", "há 5 meses",
                  "em 11 dias", "há 1 ano", "em 3 anos"},
     .lists = {"A e B", "A, B e C", "A ou B", "A, B ou C"},
     .territories = {"Vietnã", "Laos", "Turquia", "Austrália"},
     .languages = "vietnamita, inglês, chinês simplificado, chinês tradicional, francês, "
                  "espanhol, russo, árabe, português, alemão, "
                  "japonês, coreano, laosiano, tailandês, khmer, "
                  "indonésio, Êđê, Jrai, Bahnar, Chăm, "
                  "hmong, Thái"},
    {"de",
     .dates = {"2. September 2025", "02.09.2025", "September 2025", "Dienstag, 2. September 2025",
               "2. September 2025 um 00:30 Uhr", "2025"},
     .percent = {"12,5\u00a0%", "-1.234\u00a0%"},
     .compact = {"1 Tausend", "1,5 Tausend", "150 Tausend", "8,7 Millionen", "12 Millionen",
                 "100 Millionen", "1,2 Milliarden"},
     .units = {"1.234 km", "3.359,84 km²", "3.143 m", "-5 °C"},
     .relative = {"jetzt", "vor 1 Minute", "vor 2 Stunden", "vor 3 Tagen", "in 1 Tag",
                  "vor 5 Monaten", "in 11 Tagen", "vor 1 Jahr", "in 3 Jahren"},
     .lists = {"A und B", "A, B und C", "A oder B", "A, B oder C"},
     .territories = {"Vietnam", "Laos", "Türkei", "Australien"},
     .languages = "Vietnamesisch, Englisch, Chinesisch (vereinfacht), Chinesisch (traditionell), "
                  "Französisch, "
                  "Spanisch, Russisch, Arabisch, Portugiesisch, Deutsch, "
                  "Japanisch, Koreanisch, Laotisch, Thailändisch, Khmer, "
                  "Indonesisch, Êđê, Jrai, Bahnar, Chăm, "
                  "Hmong, Thái"},
    {"ja",
     .dates = {"2025年9月2日", "2025/09/02", "2025年9月", "2025年9月2日火曜日", "2025年9月2日 0:30",
               "2025年"},
     .percent = {"12.5%", "-1,234%"},
     .compact = {"1000", "1500", "15万", "870万", "1200万", "1億", "12億"},
     .units = {"1,234 km", "3,359.84 km²", "3,143 m", "-5°C"},
     .relative = {"今", "1 分前", "2 時間前", "3 日前", "1 日後", "5 か月前", "11 日後", "1 年前",
                  "3 年後"},
     .lists = {"A、B", "A、B、C", "AまたはB", "A、B、またはC"},
     .territories = {"ベトナム", "ラオス", "トルコ", "オーストラリア"},
     .languages = "ベトナム語, 英語, 簡体中国語, 繁体中国語, フランス語, "
                  "スペイン語, ロシア語, アラビア語, ポルトガル語, ドイツ語, "
                  "日本語, 韓国語, ラオ語, タイ語, クメール語, "
                  "インドネシア語, Êđê, Jrai, Bahnar, Chăm, "
                  "フモン語, Thái"},
    {"ko",
     .dates = {"2025년 9월 2일", "2025. 9. 2.", "2025년 9월", "2025년 9월 2일 화요일",
               "2025년 9월 2일 00:30", "2025년"},
     .percent = {"12.5%", "-1,234%"},
     .compact = {"1천", "1.5천", "15만", "870만", "1200만", "1억", "12억"},
     .units = {"1,234km", "3,359.84km²", "3,143m", "-5°C"},
     .relative = {"지금", "1분 전", "2시간 전", "3일 전", "1일 후", "5개월 전", "11일 후", "1년 전",
                  "3년 후"},
     .lists = {"A 및 B", "A, B 및 C", "A 또는 B", "A, B 또는 C"},
     .territories = {"베트남", "라오스", "튀르키예", "오스트레일리아"},
     .languages = "베트남어, 영어, 중국어(간체), 중국어(번체), 프랑스어, "
                  "스페인어, 러시아어, 아랍어, 포르투갈어, 독일어, "
                  "일본어, 한국어, 라오어, 태국어, 크메르어, "
                  "인도네시아어, Êđê, Jrai, Bahnar, Chăm, "
                  "몽어, Thái"},
    {"lo",
     .dates = {"2 ກັນຍາ 2025", "2/9/2025", "ກັນຍາ 2025", "ວັນອັງຄານ, 2 ກັນຍາ 2025", "2 ກັນຍາ 2025, 0:30",
               "2025"},
     .percent = {"12,5%", "-1.234%"},
     .compact = {"1 ພັນ", "1,5 ພັນ", "1,5 ແສນ", "8,7 ລ້ານ", "12 ລ້ານ", "100 ລ້ານ", "1,2 ຕື້"},
     .units = {"1.234 ກມ", "3.359,84 ກມ²", "3.143 ມ", "-5 ອົງສາ ຊີ."},
     .relative = {"ຕອນນີ້", "1 ນາທີກ່ອນ", "2 ຊົ່ວໂມງກ່ອນ", "3 ມື້ກ່ອນ", "ໃນອີກ 1 ມື້", "5 ເດືອນກ່ອນ", "ໃນອີກ 11 ມື້",
                  "1 ປີກ່ອນ", "ໃນອີກ 3 ປີ"},
     .lists = {"A ແລະ B", "A, B, C", "A ຫຼື B", "A, B ຫຼື C"},
     .territories = {"ຫວຽດນາມ", "ລາວ", "ເທີຄີ", "ອອສເຕຣເລຍ"},
     .languages = "ຫວຽດນາມ, ອັງກິດ, ຈີນແບບຮຽບງ່າຍ, ຈີນແບບດັ້ງເດີມ, ຝຣັ່ງ, "
                  "ສະແປນນິຊ, ລັດເຊຍ, ອາຣັບ, ປອກຕຸຍກິສ, ເຢຍລະມັນ, "
                  "ຍີ່ປຸ່ນ, ເກົາຫລີ, ລາວ, ໄທ, ຂະເໝນ, "
                  "ອິນໂດເນຊຽນ, Êđê, Jrai, Bahnar, Chăm, "
                  "ມົ້ງ, Thái"},
    {"th",
     .dates = {"2 กันยายน ค.ศ. 2025", "2/9/2025", "กันยายน ค.ศ. 2025", "วันอังคารที่ 2 กันยายน ค.ศ. 2025",
               "2 กันยายน ค.ศ. 2025 เวลา 00:30 น.", "ค.ศ. 2025"},
     .percent = {"12.5%", "-1,234%"},
     .compact = {"1 พัน", "1.5 พัน", "1.5 แสน", "8.7 ล้าน", "12 ล้าน", "100 ล้าน", "1.2 พันล้าน"},
     .units = {"1,234 กม.", "3,359.84 ตร.กม.", "3,143 ม.", "-5°C"},
     .relative = {"ขณะนี้", "1 นาทีที่ผ่านมา", "2 ชั่วโมงที่ผ่านมา", "3 วันที่ผ่านมา", "ในอีก 1 วัน", "5 เดือนที่ผ่านมา",
                  "ในอีก 11 วัน", "1 ปีที่แล้ว", "ในอีก 3 ปี"},
     .lists = {"AและB", "A B และC", "A หรือ B", "A, B หรือ C"},
     .territories = {"เวียดนาม", "ลาว", "ตุรกี", "ออสเตรเลีย"},
     .languages = "เวียดนาม, อังกฤษ, จีนตัวย่อ, จีนตัวเต็ม, ฝรั่งเศส, "
                  "สเปน, รัสเซีย, อาหรับ, โปรตุเกส, เยอรมัน, "
                  "ญี่ปุ่น, เกาหลี, ลาว, ไทย, เขมร, "
                  "อินโดนีเซีย, Êđê, Jrai, Bahnar, Chăm, "
                  "ม้ง, Thái"},
    {"km",
     .dates = {"2 កញ្ញា 2025", "2/9/2025", "កញ្ញា 2025", "អង្គារ 2 កញ្ញា 2025", "2 កញ្ញា 2025, 00:30",
               "2025"},
     .percent = {"12.5%", "-1,234%"},
     .compact = {"1 ពាន់", "1.5 ពាន់", "150ពាន់", "8.7 លាន", "12 លាន", "100 លាន", "1.2 ប៊ីលាន"},
     .units = {"1,234 គម", "3,359.84 គម²", "3,143 ម", "-5°C"},
     .relative = {"ឥឡូវ", "1 នាទី\u200bមុន", "2 ម៉ោង\u200bមុន", "3 ថ្ងៃ\u200bមុន", "1 ថ្ងៃទៀត", "5 ខែមុន",
                  "11 ថ្ងៃទៀត", "1 ឆ្នាំ\u200bមុន", "3 ឆ្នាំទៀត"},
     .lists = {"A និង\u200bB", "A, B និង C", "A ឬ B", "A, B ឬ C"},
     .territories = {"វៀតណាម", "ឡាវ", "តួកគី", "អូស្ត្រាលី"},
     .languages = "វៀតណាម, អង់គ្លេស, ចិន\u200bអក្សរ\u200bកាត់, ចិន\u200bអក្សរ\u200bពេញ, បារាំង, "
                  "អេស្ប៉ាញ, រុស្ស៊ី, អារ៉ាប់, ព័រទុយហ្គាល់, អាល្លឺម៉ង់, "
                  "ជប៉ុន, កូរ៉េ, ឡាវ, ថៃ, ខ្មែរ, "
                  "ឥណ្ឌូណេស៊ី, Êđê, Jrai, Bahnar, Chăm, "
                  "ម៉ុង, Thái"},
    {"id",
     .dates = {"2 September 2025", "02/09/2025", "September 2025", "Selasa, 2 September 2025",
               "2 September 2025 pukul 00.30", "2025"},
     .percent = {"12,5%", "-1.234%"},
     .compact = {"1 ribu", "1,5 ribu", "150 ribu", "8,7 juta", "12 juta", "100 juta", "1,2 miliar"},
     .units = {"1.234 km", "3.359,84 km²", "3.143 m", "-5°C"},
     .relative = {"sekarang", "1 menit yang lalu", "2 jam yang lalu", "3 hari yang lalu",
                  "dalam 1 hari", "5 bulan yang lalu", "dalam 11 hari", "1 tahun yang lalu",
                  "dalam 3 tahun"},
     .lists = {"A dan B", "A, B, dan C", "A atau B", "A, B, atau C"},
     .territories = {"Vietnam", "Laos", "Turki", "Australia"},
     .languages = "Vietnam, Inggris, Tionghoa (Sederhana), Tionghoa (Tradisional), Prancis, "
                  "Spanyol, Rusia, Arab, Portugis, Jerman, "
                  "Jepang, Korea, Lao, Thai, Khmer, "
                  "Indonesia, Êđê, Jrai, Bahnar, Chăm, "
                  "Hmong, Thái"},
};

// The languages of the minorities are written in Vietnamese style.
static const struct formats *formats_of(const struct locale *locale)
{
    const size_t count = sizeof(formats) / sizeof(formats[0]);

    for (size_t i = 0; i < count; i++)
        if (strcmp(formats[i].locale, locale->tag) == 0)
            return &formats[i];
    assert_string_equal(locale->icu, "vi");
    return &formats[0];
}

static void check(const struct locale *locale, char *text, const char *expected)
{
    if (strcmp(text, expected) != 0)
        fail_msg("%s: \"%s\" instead of \"%s\"", locale->tag, text, expected);
    talloc_free(text);
}

static void test_dates(void **state)
{
    for (size_t i = 0; i < locale_count(); i++)
        for (int style = 0; style < DATE_STYLES; style++)
            check(locale_at(i),
                  format_date(NULL, locale_at(i), SECOND_SEPTEMBER, (enum date_style)style),
                  formats_of(locale_at(i))->dates[style]);
}

static void test_percents_and_compacts(void **state)
{
    static const double numbers[] = {1000, 1500, 150000, 8.7e6, 12e6, 100.3e6, 1.2e9};

    for (size_t i = 0; i < locale_count(); i++) {
        const struct locale *locale = locale_at(i);
        const struct formats *expected = formats_of(locale);
        check(locale, format_percent(NULL, locale, 12.5, 1), expected->percent[0]);
        check(locale, format_percent(NULL, locale, -1234, 0), expected->percent[1]);
        for (size_t j = 0; j < sizeof(numbers) / sizeof(numbers[0]); j++)
            check(locale, format_compact(NULL, locale, numbers[j]), expected->compact[j]);
    }
}

static void test_compact_edges(void **state)
{
    static const struct {
        const char *locale;
        double number;
        const char *text;
    } rows[] = {
        {"en", 0, "0"},
        {"en", 999, "999"},
        {"en", 999.4, "999"},
        {"en", 999499, "999 thousand"},
        {"en", 999500, "1 million"}, // not "1000 thousand"
        {"en", 1250000, "1.3 million"},
        {"en", -8.7e6, "-8.7 million"},
        {"ar", -8.7e6, LRM "-8.7 مليون"},
        {"fr", 1000, "mille"}, // no digit at all
        {"fr", 2000, "2 mille"},
        {"es", 1234567890123456, "1235 billones"},
        {"zh-Hans", 12345, "1.2万"},
        {"zh-Hans", 9999e12, "9999万亿"},
        {"zh-Hans", 10000e12, "10,000万亿"},
        {"en", 12345e12, "12,345 trillion"},
        {"en", 9999e12, "9999 trillion"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        check(locale_find(rows[i].locale),
              format_compact(NULL, locale_find(rows[i].locale), rows[i].number), rows[i].text);
    // The numbers of others are grouped as before.
    check(locale_find("en"), format_integer(NULL, locale_find("en"), 1234), "1,234");
}

static void test_units(void **state)
{
    static const double numbers[UNITS] = {1234, 3359.84, 3143, -5};

    for (size_t i = 0; i < locale_count(); i++)
        for (int unit = 0; unit < UNITS; unit++)
            check(locale_at(i), format_unit(NULL, locale_at(i), numbers[unit], (enum unit)unit),
                  formats_of(locale_at(i))->units[unit]);
    check(locale_find("ru"), format_unit(NULL, locale_find("ru"), 0.005, UNIT_KILOMETRE),
          "0,01 км");
    check(locale_find("ar"), format_unit(NULL, locale_find("ar"), 2, UNIT_METRE), "2 م");
}

static void test_relative(void **state)
{
    enum { DAY = 86400, MONTH = 2629746, YEAR = 31556952 };
    static const int64_t away[] = {0,          -60,      -2 * 3600, -3 * DAY, DAY,
                                   -5 * MONTH, 11 * DAY, -YEAR,     3 * YEAR};

    for (size_t i = 0; i < locale_count(); i++)
        for (size_t j = 0; j < sizeof(away) / sizeof(away[0]); j++)
            check(locale_at(i),
                  format_relative(NULL, locale_at(i), SECOND_SEPTEMBER + away[j], SECOND_SEPTEMBER),
                  formats_of(locale_at(i))->relative[j]);
}

static void test_relative_edges(void **state)
{
    static const struct {
        int64_t moment, now;
        const char *text;
    } rows[] = {
        {59, 0, "now"},
        {-59, 0, "now"},
        {60, 0, "in 1 minute"},
        {3599, 0, "in 59 minutes"},
        {3600, 0, "in 1 hour"},
        {-86399, 0, "23 hours ago"},
        {-86400, 0, "1 day ago"},
        {-2629745, 0, "30 days ago"},
        {-2629746, 0, "1 month ago"},
        {-31556951, 0, "11 months ago"},
        {-31556952, 0, "1 year ago"},
        {INT64_MIN, INT64_MAX, "9,998 years ago"}, // the limits of format_date
        {INT64_MAX, INT64_MIN, "in 9,998 years"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        check(locale_find("en"),
              format_relative(NULL, locale_find("en"), rows[i].moment, rows[i].now), rows[i].text);
}

static void test_names(void **state)
{
    static const char *const codes[] = {"VN", "LA", "TR", "AU"};

    for (size_t i = 0; i < locale_count(); i++) {
        const struct locale *locale = locale_at(i);
        const struct formats *expected = formats_of(locale);
        TALLOC_CTX *ctx = talloc_new(NULL);
        char *names = talloc_strdup(ctx, "");
        for (size_t j = 0; j < locale_count(); j++)
            names =
                talloc_asprintf_append(names, "%s%s", j > 0 ? ", " : "",
                                       format_language(ctx, locale, locale_at(j), NAME_IN_TEXT));
        check(locale, talloc_steal(NULL, names), expected->languages);
        for (size_t j = 0; j < 4; j++)
            check(locale, format_territory(NULL, locale, codes[j]), expected->territories[j]);
        talloc_free(ctx);
    }
}

static void test_name_edges(void **state)
{
    static const char *const none[] = {"", "V", "VNM", "XX", "ZZ", "vn", "V-", "\xff\xff", "704"};
    const struct locale *vi = locale_find("vi"), *fr = locale_find("fr");

    for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
        assert_null(format_territory(NULL, vi, none[i]));
    check(vi, format_language(NULL, vi, vi, NAME_ALONE), "Tiếng Việt");
    check(vi, format_language(NULL, vi, locale_find("rad"), NAME_ALONE), "Tiếng Ê Đê");
    check(fr, format_language(NULL, fr, vi, NAME_ALONE), "Vietnamien");
    check(fr, format_language(NULL, fr, locale_find("zh-Hans"), NAME_ALONE), "Chinois simplifié");
    check(locale_find("ru"), format_language(NULL, locale_find("ru"), vi, NAME_ALONE),
          "Вьетнамский");
    check(locale_find("th"), format_language(NULL, locale_find("th"), vi, NAME_ALONE), "เวียดนาม");
    // Where nobody has named it, it goes by its own name.
    check(fr, format_language(NULL, fr, locale_find("rad"), NAME_ALONE), "Êđê");
}

static void test_moments(void **state)
{
    static const struct {
        int64_t seconds;
        const char *date;
    } rows[] = {
        {0, "01/01/1970"},
        {-1, "01/01/1970"}, // 06:59:59 in Viet Nam
        {-25200, "01/01/1970"},
        {-25201, "31/12/1969"},
        {1735664399, "31/12/2024"},
        {1735664400, "01/01/2025"},
        {951757200, "29/02/2000"},
        {-30262273200, "11/01/1011"}, // no jump to the Julian calendar
        {-62135622000, "01/01/1"},
        {-62135622001, "01/01/1"}, // the limits hold
        {253402275599, "31/12/9999"},
        {253402275600, "31/12/9999"},
        {INT64_MIN, "01/01/1"},
        {INT64_MAX, "31/12/9999"},
    };
    TALLOC_CTX *ctx = talloc_new(NULL);

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        assert_string_equal(format_date(ctx, locale_find("vi"), rows[i].seconds, DATE_SHORT),
                            rows[i].date);
    talloc_free(ctx);
}

static void test_numbers(void **state)
{
    static const struct {
        const char *locale, *thousand, *ten_thousand, *million, *fraction;
    } rows[] = {
        {"vi", "1.234", "12.345", "4.412.264", "1.234.567,8"},
        {"en", "1,234", "12,345", "4,412,264", "1,234,567.8"},
        {"zh-Hans", "1,234", "12,345", "4,412,264", "1,234,567.8"},
        {"zh-Hant", "1,234", "12,345", "4,412,264", "1,234,567.8"},
        {"fr", "1" NNBSP "234", "12" NNBSP "345", "4" NNBSP "412" NNBSP "264",
         "1" NNBSP "234" NNBSP "567,8"},
        {"es", "1234", "12.345", "4.412.264", "1.234.567,8"}, // no group below 10,000
        {"ru", "1" NBSP "234", "12" NBSP "345", "4" NBSP "412" NBSP "264",
         "1" NBSP "234" NBSP "567,8"},
        {"ar", "1,234", "12,345", "4,412,264", "1,234,567.8"}, // Western digits
        {"pt", "1.234", "12.345", "4.412.264", "1.234.567,8"},
        {"de", "1.234", "12.345", "4.412.264", "1.234.567,8"},
        {"ja", "1,234", "12,345", "4,412,264", "1,234,567.8"},
        {"ko", "1,234", "12,345", "4,412,264", "1,234,567.8"},
        {"lo", "1.234", "12.345", "4.412.264", "1.234.567,8"},
        {"th", "1,234", "12,345", "4,412,264", "1,234,567.8"},
        {"km", "1,234", "12,345", "4,412,264", "1,234,567.8"}, // CLDR 48, not ICU 72
        {"id", "1.234", "12.345", "4.412.264", "1.234.567,8"},
        {"rad", "1.234", "12.345", "4.412.264", "1.234.567,8"},
        {"blt", "1.234", "12.345", "4.412.264", "1.234.567,8"},
    };
    TALLOC_CTX *ctx = talloc_new(NULL);

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct locale *locale = locale_find(rows[i].locale);
        assert_string_equal(format_integer(ctx, locale, 1234), rows[i].thousand);
        assert_string_equal(format_integer(ctx, locale, 12345), rows[i].ten_thousand);
        assert_string_equal(format_integer(ctx, locale, 4412264), rows[i].million);
        assert_string_equal(format_number(ctx, locale, 1234567.8, 2), rows[i].fraction);
        assert_string_equal(format_number(ctx, locale, 1234, 0), rows[i].thousand);
    }
    talloc_free(ctx);
}

static void test_number_edges(void **state)
{
    static const struct {
        double number;
        int digits;
        const char *text;
    } rows[] = {
        {0, 2, "0"},        {1, 2, "1"},        {1.5, 0, "2"},
        {2.5, 0, "3"},                          // half up
        {0.125, 2, "0.13"}, {2.675, 2, "2.68"}, // as it is written, not as it is stored
        {-2.5, 0, "-3"},    {0.1, 15, "0.1"},   {1e15, 0, "1,000,000,000,000,000"},
        {99.999, 2, "100"},
    };
    TALLOC_CTX *ctx = talloc_new(NULL);
    const struct locale *en = locale_find("en");

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        assert_string_equal(format_number(ctx, en, rows[i].number, rows[i].digits), rows[i].text);
    assert_string_equal(format_integer(ctx, en, 0), "0");
    assert_string_equal(format_integer(ctx, en, INT64_MIN), "-9,223,372,036,854,775,808");
    assert_string_equal(format_integer(ctx, en, INT64_MAX), "9,223,372,036,854,775,807");
    assert_string_equal(format_integer(ctx, locale_find("ar"), -5), LRM "-5");
    assert_true(strlen(format_number(ctx, en, 1.7e308, 15)) > 309);
    assert_string_equal(format_number(ctx, en, INFINITY, 2), "∞");
    assert_string_equal(format_number(ctx, en, NAN, 2), "NaN");
    // A fraction before does not leak into an integer after.
    assert_string_equal(format_number(ctx, en, 0.5, 1), "0.5");
    assert_string_equal(format_integer(ctx, en, 7), "7");
    talloc_free(ctx);
}

static void test_lists(void **state)
{
    static const struct {
        const char *locale, *items[4], *text;
    } rows[] = {
        {"vi", {NULL}, ""},
        {"vi", {"Huế", NULL}, "Huế"},
        {"vi", {"Huế", "Hội An", NULL}, "Huế và Hội An"},
        {"vi", {"Huế", "Hội An", "Đà Lạt", NULL}, "Huế, Hội An và Đà Lạt"},
        {"en", {"Hue", "Hoi An", NULL}, "Hue and Hoi An"},
        {"es", {"Francia", "Italia", NULL}, "Francia e Italia"},
        {"zh-Hans", {"顺化", "会安", "大叻", NULL}, "顺化、会安和大叻"},
        {"hmn", {"a", "b", NULL}, "a và b"},
        {"en", {"\xff", "b", NULL}, "\ufffd and b"},
    };
    TALLOC_CTX *ctx = talloc_new(NULL);

    for (size_t i = 0; i < locale_count(); i++) {
        static const char *const items[] = {"A", "B", "C"};
        const struct locale *locale = locale_at(i);
        const struct formats *expected = formats_of(locale);
        check(locale, format_list(NULL, locale, items, 2), expected->lists[0]);
        check(locale, format_list(NULL, locale, items, 3), expected->lists[1]);
        check(locale, format_choices(NULL, locale, items, 2), expected->lists[2]);
        check(locale, format_choices(NULL, locale, items, 3), expected->lists[3]);
    }
    check(locale_find("es"),
          format_choices(NULL, locale_find("es"), (const char *const[]){"siete", "ocho"}, 2),
          "siete u ocho");
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        size_t count = 0;
        while (count < 4 && rows[i].items[count])
            count++;
        assert_string_equal(format_list(ctx, locale_find(rows[i].locale), rows[i].items, count),
                            rows[i].text);
    }
    talloc_free(ctx);
}

static void *format_in_thread(void *data)
{
    TALLOC_CTX *ctx = talloc_new(NULL);

    for (size_t i = 0; i < locale_count(); i++) {
        format_date(ctx, locale_at(i), SECOND_SEPTEMBER, DATE_LONG);
        format_integer(ctx, locale_at(i), 1234);
        format_compact(ctx, locale_at(i), 1234);
        format_unit(ctx, locale_at(i), 1234, UNIT_METRE);
        format_relative(ctx, locale_at(i), 0, 3600);
        format_list(ctx, locale_at(i), (const char *const[]){"a", "b"}, 2);
        format_territory(ctx, locale_at(i), "VN");
    }
    talloc_free(ctx);
    return NULL;
}

// What a thread keeps of ICU is closed when it ends (the leak checker sees the rest).
static void test_threads(void **state)
{
    pthread_t threads[4];

    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, format_in_thread, NULL), 0);
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dates),
        cmocka_unit_test(test_moments),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_number_edges),
        cmocka_unit_test(test_percents_and_compacts),
        cmocka_unit_test(test_compact_edges),
        cmocka_unit_test(test_units),
        cmocka_unit_test(test_relative),
        cmocka_unit_test(test_relative_edges),
        cmocka_unit_test(test_lists),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_name_edges),
        cmocka_unit_test(test_threads),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
