-- Grain: one name that the export gives a country, with its ISO 3166 code. Names that changed are here under both.
{%- set countries %}
    Afghanistan=AF; Albania=AL; Algeria=DZ; American Samoa=AS; Andorra=AD; Angola=AO; Anguilla=AI; Antarctica=AQ;
    Antigua & Barbuda=AG; Argentina=AR; Armenia=AM; Aruba=AW; Australia=AU; Austria=AT; Azerbaijan=AZ; Bahamas=BS;
    Bahrain=BH; Bangladesh=BD; Barbados=BB; Belarus=BY; Belgium=BE; Belize=BZ; Benin=BJ; Bermuda=BM; Bhutan=BT;
    Bolivia=BO; Bosnia & Herzegovina=BA; Botswana=BW; Bouvet Island=BV; Brazil=BR;
    British Indian Ocean Territory=IO; British Virgin Islands=VG; Brunei=BN; Bulgaria=BG; Burkina Faso=BF;
    Burundi=BI; Cambodia=KH; Cameroon=CM; Canada=CA; Cape Verde=CV; Caribbean Netherlands=BQ; Cayman Islands=KY;
    Central African Republic=CF; Chad=TD; Chile=CL; China=CN; Christmas Island=CX; Cocos (Keeling) Islands=CC;
    Colombia=CO; Comoros=KM; Congo - Brazzaville=CG; Congo - Kinshasa=CD; Cook Islands=CK; Costa Rica=CR;
    Croatia=HR; Cuba=CU; Curaçao=CW; Cyprus=CY; Czech Republic=CZ; Czechia=CZ; Côte d'Ivoire=CI; Côte d’Ivoire=CI;
    Denmark=DK; Djibouti=DJ; Dominica=DM; Dominican Republic=DO; Ecuador=EC; Egypt=EG; El Salvador=SV;
    Equatorial Guinea=GQ; Eritrea=ER; Estonia=EE; Eswatini=SZ; Ethiopia=ET; Falkland Islands=FK; Faroe Islands=FO;
    Fiji=FJ; Finland=FI; France=FR; French Guiana=GF; French Polynesia=PF; French Southern Territories=TF; Gabon=GA;
    Gambia=GM; Georgia=GE; Germany=DE; Ghana=GH; Gibraltar=GI; Greece=GR; Greenland=GL; Grenada=GD; Guadeloupe=GP;
    Guam=GU; Guatemala=GT; Guernsey=GG; Guinea=GN; Guinea-Bissau=GW; Guyana=GY; Haiti=HT;
    Heard & McDonald Islands=HM; Honduras=HN; Hong Kong=HK; Hong Kong SAR China=HK; Hungary=HU; Iceland=IS;
    India=IN; Indonesia=ID; Iran=IR; Iraq=IQ; Ireland=IE; Isle of Man=IM; Israel=IL; Italy=IT; Jamaica=JM; Japan=JP;
    Jersey=JE; Jordan=JO; Kazakhstan=KZ; Kenya=KE; Kiribati=KI; Kosovo=XK; Kuwait=KW; Kyrgyzstan=KG; Laos=LA;
    Latvia=LV; Lebanon=LB; Lesotho=LS; Liberia=LR; Libya=LY; Liechtenstein=LI; Lithuania=LT; Luxembourg=LU;
    Macao=MO; Macao SAR China=MO; Macau=MO; Macedonia (FYROM)=MK; Madagascar=MG; Malawi=MW; Malaysia=MY;
    Maldives=MV; Mali=ML; Malta=MT; Marshall Islands=MH; Martinique=MQ; Mauritania=MR; Mauritius=MU; Mayotte=YT;
    Mexico=MX; Micronesia=FM; Moldova=MD; Monaco=MC; Mongolia=MN; Montenegro=ME; Montserrat=MS; Morocco=MA;
    Mozambique=MZ; Myanmar (Burma)=MM; Namibia=NA; Nauru=NR; Nepal=NP; Netherlands=NL; New Caledonia=NC;
    New Zealand=NZ; Nicaragua=NI; Niger=NE; Nigeria=NG; Niue=NU; Norfolk Island=NF; North Korea=KP;
    North Macedonia=MK; Northern Mariana Islands=MP; Norway=NO; Oman=OM; Pakistan=PK; Palau=PW; Palestine=PS;
    Palestinian Territories=PS; Panama=PA; Papua New Guinea=PG; Paraguay=PY; Peru=PE; Philippines=PH;
    Pitcairn Islands=PN; Poland=PL; Portugal=PT; Puerto Rico=PR; Qatar=QA; Romania=RO; Russia=RU; Rwanda=RW;
    Réunion=RE; Samoa=WS; San Marino=SM; Saudi Arabia=SA; Senegal=SN; Serbia=RS; Seychelles=SC; Sierra Leone=SL;
    Singapore=SG; Sint Maarten=SX; Slovakia=SK; Slovenia=SI; Solomon Islands=SB; Somalia=SO; South Africa=ZA;
    South Georgia & South Sandwich Islands=GS; South Korea=KR; South Sudan=SS; Spain=ES; Sri Lanka=LK;
    St. Barthélemy=BL; St. Helena=SH; St. Kitts & Nevis=KN; St. Lucia=LC; St. Martin=MF; St. Pierre & Miquelon=PM;
    St. Vincent & Grenadines=VC; Sudan=SD; Suriname=SR; Svalbard & Jan Mayen=SJ; Swaziland=SZ; Sweden=SE;
    Switzerland=CH; Syria=SY; São Tomé & Príncipe=ST; Taiwan=TW; Tajikistan=TJ; Tanzania=TZ; Thailand=TH; Timor-
    Leste=TL; Togo=TG; Tokelau=TK; Tonga=TO; Trinidad & Tobago=TT; Tunisia=TN; Turkey=TR; Turkmenistan=TM;
    Turks & Caicos Islands=TC; Tuvalu=TV; Türkiye=TR; U.S. Outlying Islands=UM; U.S. Virgin Islands=VI; Uganda=UG;
    Ukraine=UA; United Arab Emirates=AE; United Kingdom=GB; United States=US; Uruguay=UY; Uzbekistan=UZ; Vanuatu=VU;
    Vatican City=VA; Venezuela=VE; Vietnam=VN; Wallis & Futuna=WF; Western Sahara=EH; Yemen=YE; Zambia=ZM;
    Zimbabwe=ZW; Åland Islands=AX
{%- endset %}
{%- for entry in countries.split(';') %}
{%- set name, code = entry.strip().split('=') %}
select
    '{{ name | replace("'", "''") }}' as country,
    '{{ code }}' as country_code
{%- if not loop.last %}
union all
{%- endif %}
{%- endfor %}
