/**
 * The names that the sample is made of. For each language, a given name is written as it is there, and after the colon
 * as it appears in an id. They are ordinary names, paired at random, and mean no real person.
 */
const words = text => text.trim().split(/\s+/);

const given = text => words(text).map(pair => pair.split(':'));

/** In a full name, `order` says which part comes first, and `join` is the text between the parts. */
const western = { order: 'given first', join: ' ' };
const eastern = { order: 'family first', join: '' };

export const LANGUAGES = [
  {
    language: 'fr', country: 'FR', ...western,
    given: given('Élodie:elodie Hélène:helene Zoé:zoe Noémie:noemie Chloé:chloe Anaïs:anais Loïc:loic Rémi:remi Théo:theo Gaël:gael Benoît:benoit Jérôme:jerome'),
    family: words('Lefèvre Beaumont Garçonnet Dupré Châtelain Vallée Moreau Fontanel Béranger Crépin Lacoste Hérault'),
    cities: words('Lyon Nîmes Orléans Besançon Angoulême Rennes'),
  },
  {
    language: 'es', country: 'ES', ...western,
    given: given('Íñigo:inigo Lucía:lucia Begoña:begona Martín:martin Sofía:sofia Andrés:andres Inés:ines Raúl:raul Mónica:monica Óscar:oscar Verónica:veronica Tomás:tomas'),
    family: words('Ibáñez Núñez Peñalver Cárdenas Ordóñez Valdés Quiñones Zúñiga Rincón Bermúdez Carrión Muñiz'),
    cities: words('Cádiz León Málaga Córdoba Logroño Ávila'),
  },
  {
    language: 'pt-BR', country: 'BR', ...western,
    given: given('João:joao Conceição:conceicao Luísa:luisa Antônio:antonio Letícia:leticia Mário:mario Thaís:thais Caíque:caique Júlia:julia Estêvão:estevao'),
    family: words('Gonçalves Magalhães Araújo Brandão Falcão Mendonça Simões Queirós Leitão Assunção'),
    cities: words('Maceió Goiânia Belém Cuiabá Niterói Brasília'),
  },
  {
    language: 'de', country: 'DE', ...western,
    given: given('Jürgen:juergen Käthe:kaethe Björn:bjoern Sören:soeren Jörg:joerg Annegret:annegret Götz:goetz Lieselotte:lieselotte Matthäus:matthaeus Wolfram:wolfram'),
    family: words('Schröter Müllner Grünwald Weißhaupt Köhlmann Böttger Straßer Überlacker Jäschke Hölzl'),
    cities: words('Köln Lübeck Nürnberg Görlitz Gießen Würzburg'),
  },
  {
    language: 'pl', country: 'PL', ...western,
    given: given('Łukasz:lukasz Małgorzata:malgorzata Michał:michal Stanisław:stanislaw Grażyna:grazyna Błażej:blazej Żaneta:zaneta Paweł:pawel Bożena:bozena Świętosława:swietoslawa'),
    family: words('Wiśniak Dąbrowa Kołodziej Żuraw Śliwka Brzęczek Ćwik Gąsior Pstrąg Jabłoń'),
    cities: words('Łódź Gdańsk Poznań Toruń Białystok Rzeszów'),
  },
  {
    language: 'cs', country: 'CZ', ...western,
    given: given('Jiří:jiri Zdeněk:zdenek Růžena:ruzena Ondřej:ondrej Šárka:sarka Tomáš:tomas Květa:kveta Matěj:matej Alžběta:alzbeta Vojtěch:vojtech'),
    family: words('Křížek Dvořáček Říha Ševčík Hůlka Žďárský Kopřiva Málek Vrťátko Čermáček'),
    cities: words('Plzeň Liberec Třebíč Děčín Jihlava Znojmo'),
  },
  {
    language: 'tr', country: 'TR', ...western,
    given: given('Ayşe:ayse Çağla:cagla Gökhan:gokhan Işıl:isil İbrahim:ibrahim Oğuz:oguz Şule:sule Ümit:umit Tuğba:tugba Özgür:ozgur'),
    family: words('Yıldızer Çelikay Gündüz Öztan Şahinoğlu Kılıçer Işıkhan Akgöz Dağlı Eryiğit'),
    cities: words('İzmir Muğla Şanlıurfa Eskişehir Kütahya Ordu'),
  },
  {
    language: 'vi', country: 'VN', order: 'family first', join: ' ',
    given: given('Ánh:anh Bích:bich Dũng:dung Hằng:hang Khánh:khanh Lộc:loc Mỹ:my Ngọc:ngoc Phượng:phuong Quỳnh:quynh Thảo:thao Vượng:vuong'),
    family: words('Nguyễn Trần Phạm Hoàng Đặng Bùi Đỗ Hồ Ngô Dương'),
    cities: ['Huế', 'Đà Lạt', 'Cần Thơ', 'Hội An', 'Hải Phòng'],
  },
  {
    language: 'is', country: 'IS', ...western,
    given: given('Þórdís:thordis Guðrún:gudrun Ævar:aevar Sigríður:sigridur Ýmir:ymir Ásgeir:asgeir Freyja:freyja Óðinn:odinn'),
    family: words('Bjarkadóttir Þórsson Eiríksdóttir Ármannsson Snædal Hrafnsdóttir Ketilsson Sólveigardóttir'),
    cities: words('Akureyri Ísafjörður Húsavík Selfoss Egilsstaðir'),
  },
  {
    language: 'yo', country: 'NG', ...western,
    given: given('Adébáyọ̀:adebayo Ọláwálé:olawale Títílayọ̀:titilayo Fọlákẹ́:folake Ṣẹ́gun:segun Bọ́lá:bola Ayọ̀délé:ayodele Yétúndé:yetunde'),
    family: words('Ògúnṣọlá Adéyẹmí Ọlátúnjí Akínwándé Fálolá Bámgbọ́ṣé Ìdòwú Ọ̀ṣúndáre'),
    cities: words('Ìbàdàn Abẹ́òkúta Ọ̀yọ́ Òṣogbo Àkúrẹ́'),
  },
  {
    language: 'uk', country: 'UA', ...western,
    given: given('Олена:olena Ґанна:hanna Євген:yevhen Ярослава:yaroslava Тарас:taras Оксана:oksana Марко:marko Зоряна:zoriana Лесь:les Соломія:solomiia Юрко:yurko'),
    family: words('Вербенко Калинюк Журавель Зозуля Коваленчук Яворич Хмелик Дубовий Щербань Степовик'),
    cities: words('Львів Чернівці Полтава Харків Ужгород Умань'),
  },
  {
    language: 'ru', country: 'KZ', ...western,
    given: given('Алёна:alyona Фёдор:fyodor Ксения:kseniya Игнат:ignat Любовь:lyubov Семён:semyon Глафира:glafira Прохор:prokhor Дарья:darya Тихон:tikhon'),
    family: words('Берёзкин Соловьёв Заречный Журавлёв Ольховский Луговой Снегирёв Рябинин Щукарь Ясный'),
    cities: words('Алматы Астана Караганда Шымкент Павлодар'),
  },
  {
    language: 'el', country: 'GR', ...western,
    given: given('Ελένη:eleni Ανδρέας:andreas Χρυσάνθη:chrysanthi Σπύρος:spyros Ευγενία:evgenia Νίκος:nikos Αλεξία:alexia Ηλίας:ilias Μυρτώ:myrto Θάνος:thanos'),
    family: words('Καραμήτρου Παπαδήμας Αγγελίδη Ξυλούρης Βλαχάκη Ζερβός Μαυρίδη Τσάκωνας Λυγερού Φωτίου'),
    cities: words('Αθήνα Θεσσαλονίκη Ιωάννινα Χανιά Βόλος'),
  },
  {
    language: 'ar', country: 'EG', ...western,
    given: given('ليلى:layla يوسف:yusuf مريم:maryam خالد:khalid نور:nour سمير:samir هدى:huda عمر:omar رانيا:rania طارق:tariq ياسمين:yasmin زياد:ziad'),
    family: words('الحداد النجار الخياط العطار البستاني الصباغ القاضي الشامي المصري الرفاعي'),
    cities: words('القاهرة الإسكندرية أسوان الأقصر طنطا'),
  },
  {
    language: 'fa', country: 'IR', ...western,
    given: given('پریسا:parisa کیان:kian ژاله:jaleh آرش:arash گلنار:golnar چکاد:chakad مهتاب:mahtab سهراب:sohrab نیلوفر:niloufar بابک:babak'),
    family: words('کرمانی یزدی شیرازی زرگر پهلوان گیلکی باغبان سپهری چایچی دریایی'),
    cities: words('تهران شیراز اصفهان تبریز یزد'),
  },
  {
    language: 'he', country: 'IL', ...western,
    given: given('נועה:noa איתן:eitan תמר:tamar יואב:yoav שירה:shira אלון:alon מיכל:michal גיל:gil רותם:rotem ליאור:lior'),
    family: words('אלמוג בן־דוד כרמלי שקדי גולן ברוש עדני רימון צוקרמן זיתוני'),
    cities: words('חיפה באר־שבע צפת אילת נתניה'),
  },
  {
    language: 'hi', country: 'IN', ...western,
    given: given('आरव:aarav दीपिका:deepika ईशान:ishan कृष्णा:krishna मीनाक्षी:meenakshi ज्योति:jyoti विक्रम:vikram श्रेया:shreya ओंकार:omkar ऋचा:richa'),
    family: words('शर्मा अग्रवाल त्रिपाठी चौधरी मिश्रा वर्मा गुप्ता श्रीवास्तव जोशी पाण्डेय'),
    cities: words('दिल्ली वाराणसी जयपुर भोपाल लखनऊ'),
  },
  {
    language: 'bn', country: 'BD', ...western,
    given: given('অনন্যা:ananya রফিক:rafiq সুমিত্রা:sumitra তানভীর:tanvir মৌসুমী:mousumi ঋতু:ritu শাহীন:shahin কাকলি:kakoli'),
    family: words('চৌধুরী সরকার মজুমদার হালদার তালুকদার বিশ্বাস মণ্ডল দাশগুপ্ত'),
    cities: words('ঢাকা চট্টগ্রাম খুলনা সিলেট রাজশাহী'),
  },
  {
    language: 'ta', country: 'IN', ...western,
    given: given('கவிதா:kavitha முருகன்:murugan தமிழரசி:tamilarasi செந்தில்:senthil வள்ளி:valli இளங்கோ:ilango அன்பு:anbu மலர்விழி:malarvizhi'),
    family: words('சுப்பிரமணியம் பாண்டியன் ராமசாமி நடராஜன் வேலு கண்ணப்பன் இளையராணி சோமு'),
    cities: words('மதுரை சென்னை திருச்சி கோவை தஞ்சாவூர்'),
  },
  {
    language: 'zh-Hans', country: 'CN', ...eastern,
    given: given('雨桐:yutong 浩然:haoran 思远:siyuan 梦洁:mengjie 子轩:zixuan 晓燕:xiaoyan 建国:jianguo 静怡:jingyi 文博:wenbo 雪梅:xuemei 一鸣:yiming 若兰:ruolan'),
    family: words('王 李 张 刘 陈 杨 赵 黄 周 欧阳 司马 诸葛'),
    cities: words('成都 西安 杭州 昆明 哈尔滨'),
  },
  {
    language: 'zh-Hant', country: 'TW', ...eastern,
    given: given('淑芬:shufen 志豪:zhihao 雅婷:yating 家豪:jiahao 怡君:yijun 冠宇:guanyu 詩涵:shihan 俊傑:junjie 曉薇:xiaowei 國榮:guorong'),
    family: words('林 陳 黃 張 吳 劉 蔡 楊 許 鄭 謝 歐陽'),
    cities: words('臺北 臺南 高雄 花蓮 宜蘭'),
  },
  {
    language: 'ja', country: 'JP', order: 'family first', join: ' ',
    given: given('さくら:sakura 健太:kenta ひかり:hikari 大輔:daisuke あおい:aoi 翔:sho 美咲:misaki カレン:karen 悠斗:yuto ゆづき:yuzuki 千尋:chihiro リク:riku'),
    family: words('佐々木 髙橋 小野寺 五十嵐 渡邉 長谷川 榊原 八重樫 喜多川 早乙女 つくも 一ノ瀬'),
    cities: words('札幌 金沢 松山 那覇 さいたま'),
  },
  {
    language: 'ko', country: 'KR', ...eastern,
    given: given('서연:seoyeon 민준:minjun 하은:haeun 도윤:doyun 지우:jiwoo 예린:yerin 현우:hyunwoo 수빈:subin 태희:taehee 은채:eunchae'),
    family: words('김 이 박 최 정 강 조 윤 장 임 남궁 황보'),
    cities: words('서울 부산 전주 강릉 제주'),
  },
  {
    language: 'th', country: 'TH', ...western,
    given: given('มาลี:malee สมชาย:somchai กานดา:kanda ณัฐพล:natthaphon วิภา:wipha ศักดิ์ชัย:sakchai พิมพ์ใจ:phimjai อรุณ:arun ชลธิชา:chonthicha ธีรภัทร:thiraphat'),
    family: words('แสงทอง ศรีสุข บุญมา รุ่งเรือง วงศ์ไทย ใจดี ทองคำ พูนผล สุขเกษม เพชรงาม'),
    cities: words('เชียงใหม่ ขอนแก่น ภูเก็ต อยุธยา สงขลา'),
  },
  {
    language: 'ka', country: 'GE', ...western,
    given: given('ნინო:nino გიორგი:giorgi თამარი:tamari ლევანი:levani ქეთევანი:ketevani ზურაბი:zurabi მზია:mzia ვახტანგი:vakhtangi'),
    family: words('ბერიძე კაპანაძე მაისურაძე გელაშვილი ჩხეიძე წიკლაური ლომიძე ჯაფარიძე'),
    cities: words('თბილისი ქუთაისი ბათუმი თელავი გორი'),
  },
  {
    language: 'hy', country: 'AM', ...western,
    given: given('Անահիտ:anahit Արամ:aram Նարե:nare Տիգրան:tigran Շուշան:shushan Վահե:vahe Լուսինե:lusine Գարիկ:garik'),
    family: words('Պետրոսյան Հովսեփյան Գրիգորյան Ավագյան Մանուկյան Խաչատրյան Ծատուրյան Ղազարյան'),
    cities: words('Երևան Գյումրի Վանաձոր Դիլիջան Գորիս'),
  },
  {
    language: 'am', country: 'ET', ...western,
    given: given('ሰላም:selam አበበ:abebe ትዕግስት:tigist ዳዊት:dawit ሄለን:helen ብርሃኑ:birhanu ፍቅርተ:fikirte ጌታቸው:getachew'),
    family: words('ተስፋዬ ገብረማርያም ወልደ ኃይሌ ከበደ መኮንን አለሙ ደምሴ'),
    cities: ['አዲስ አበባ', 'ጎንደር', 'ሐዋሳ', 'ባሕር ዳር', 'ድሬዳዋ'],
  },
  {
    language: 'en', country: 'IE', ...western,
    given: given('Siobhán:siobhan Declan:declan Aoife:aoife Quentin:quentin Róisín:roisin Imogen:imogen Zadie:zadie Fergus:fergus Niamh:niamh Ambrose:ambrose'),
    family: words("O’Farrelly Ashdown-Pike Ní-Bhroin MacGillivray Thistlewood Brackenridge Ó-Súilleabháin Wetherby Featherstone Larkspur"),
    cities: ['Galway', 'Cork', 'Dún Laoghaire', 'Sligo', 'Kilkenny'],
  },
];

export const TEAMS = ['berlin', 'design', 'engineering', 'finance', 'moderation', 'research', 'sales', 'support'];
export const PLANS = ['free', 'free', 'free', 'plus', 'plus', 'team'];
export const TAGS = ['beta', 'early-bird', 'mentor', 'night-owl', 'podcast', 'réseau', 'speaker', 'translator', 'vip', '写真', '🎸', '🌍'];
export const STREETS = ['Garden Street', 'Mill Lane', 'Station Road', 'Harbour Walk', 'Orchard Row', 'Market Square', 'Lighthouse Way'];
